"""What importing the networks does to standard error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, sys
from artengine.nn import _without_greetings
with _without_greetings():
    os.write(2, b"a library's greeting")
    print("progress", file=sys.stderr)
print("after", file=sys.stderr)
"""

CLOSED = """
os.close(2)
with _without_greetings():
    pass
with open(sys.argv[1], "wb") as file:
    number = file.fileno()
    os.write(2, b"a message of a library")
print(number != 2, os.path.getsize(sys.argv[1]))
"""


def test_greetings_are_dropped_and_progress_is_shown(tmp_path: Path) -> None:
    """And where standard error is closed, what a library writes there lands in no file that is
    opened later. In one process, which takes seconds to import the networks."""
    words = [sys.executable, "-c", PROGRAM + CLOSED, str(tmp_path / "file")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["progress", "after"]
    assert done.stdout == "True 0\n"
