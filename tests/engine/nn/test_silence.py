"""Importing the networks: what it writes to standard error, and what it does not import."""

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


def test_an_unknown_or_missing_backend_is_a_one_line_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "TensorFlow")
    message = (
        'KERAS_BACKEND: "TensorFlow" given (did you mean "tensorflow"?); allowed: tensorflow, '
    )
    with pytest.raises(UsageError, match=re.escape(message)):
        _check_backend()
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr("artengine.nn.find_spec", lambda name: None if name == "jax" else name)
    message = (
        "KERAS_BACKEND: jax is not installed; install it with: python -m pip install jax; or set"
    )
    with pytest.raises(UsageError, match=re.escape(message)):
        _check_backend()
    for name in ("", "tensorflow"):
        monkeypatch.setenv("KERAS_BACKEND", name)
        _check_backend()


def test_import_messages_are_dropped_and_later_output_is_shown(
    start: Callable[..., Any], greeting: Path, tmp_path: Path
) -> None:
    """If standard error is closed, messages of a library do not end up in a file that is opened
    later."""
    assert start(tmp_path / "file", code=PROGRAM + CLOSED).wait(timeout=60) == 0
    assert (tmp_path / "0.err").read_text().splitlines() == ["progress", "after"]
    assert (tmp_path / "0.out").read_text() == "True 0\n[]\n"
    # A process that imports the networks for all tests has printed nothing either.
    assert greeting.read_text() == ""
