"""The command line for a child process: it ends when its standard input does.

`python -m artengine.cli.tethered dream night-drive` is for programs that start renders. They hold
the other end of the pipe, which the operating system closes when they end, however they end.
"""

from __future__ import annotations

import os
import sys
from threading import Thread

from artengine.cli import main


def _end_with_input(descriptor: int) -> None:
    while os.read(descriptor, 4096):
        pass
    # At once, as if it were killed: the program that wanted the film has ended.
    os._exit(1)


if __name__ == "__main__":
    Thread(target=_end_with_input, args=(0,), daemon=True).start()
    sys.exit(main())
