"""The command line for a child process, which ends when its standard input is closed.

`python -m artengine.cli.tethered dream night-drive` is for programs that start renders. They hold
the other end of the pipe, which the operating system closes when they exit or are killed.
"""

from __future__ import annotations

import os
import sys
from threading import Thread

from artengine.cli import main


def _end_with_input(descriptor: int) -> None:
    while os.read(descriptor, 4096):
        pass
    # Exit at once, as if killed: the program that requested the film has ended.
    os._exit(1)


if __name__ == "__main__":
    Thread(target=_end_with_input, args=(0,), daemon=True).start()
    sys.exit(main())
