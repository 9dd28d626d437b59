"""What importing the networks does to standard error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CLOSED = """
import os, sys
import artengine.nn
with open(sys.argv[1], "wb") as file:
    number = file.fileno()
    os.write(2, b"a message of a library")
print(number != 2, os.path.getsize(sys.argv[1]))
"""

SHOWN = """
import sys, threading
from artengine.nn import _without_greetings
with _without_greetings():
    import os
    os.write(2, b"a library's greeting")
    print("progress", file=sys.stderr)
print("after", file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="closed by a shell of Unix")
def test_networks_can_be_imported_without_standard_error(tmp_path: Path) -> None:
    """And what a library writes there lands in no file that is opened later."""
    command = 'exec "$0" -c "$1" "$2" 2>&-'
    words = ["sh", "-c", command, sys.executable, CLOSED, str(tmp_path / "file")]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "True 0\n")


def test_greetings_are_dropped_and_progress_is_shown() -> None:
    words = [sys.executable, "-c", SHOWN]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["progress", "after"]
