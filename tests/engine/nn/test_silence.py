"""What importing the networks does to standard error, and what it does not import."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artengine.errors import UsageError
from artengine.nn import _check_backend

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
print([name for name in ("matplotlib", "IPython") if name in sys.modules])
import matplotlib
"""


def test_a_backend_that_is_not_there_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "TensorFlow")
    said = 'KERAS_BACKEND: "TensorFlow" given (did you mean "tensorflow"?); allowed: tensorflow, '
    with pytest.raises(UsageError, match=re.escape(said)):
        _check_backend()
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("artengine.nn.find_spec", lambda name: None if name == "jax" else name)
    said = "KERAS_BACKEND: jax is not installed; install it with: python -m pip install jax; or set"
    with pytest.raises(UsageError, match=re.escape(said)):
        _check_backend()
    for name in ("", "tensorflow"):
        monkeypatch.setenv("KERAS_BACKEND", name)
        _check_backend()


def test_greetings_and_plots_are_left_out_and_progress_is_shown(
    start: Callable[..., Any], greeting: Path, tmp_path: Path
) -> None:
    """And where standard error is closed, what a library writes there lands in no file that is
    opened later."""
    assert start(tmp_path / "file", code=PROGRAM + CLOSED).wait(timeout=60) == 0
    assert (tmp_path / "0.err").read_text().splitlines() == ["progress", "after"]
    assert (tmp_path / "0.out").read_text() == "True 0\n[]\n"
    # Where one process imports the networks for all, it has said nothing.
    assert greeting.read_text() == ""
