"""Standard output carries a command's answer and nothing else; the rest goes to standard error.

A command prints its answer with `answer` and everything else with `tell`. Output of plugins and
libraries goes to standard error: that of `print` because `sys.stdout` is standard error while a
command runs, and that of native libraries because file descriptor 1 is.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from artengine.errors import ArtengineError, printable

_answers: TextIO | None = None


def own_streams() -> None:
    """Take over the standard streams of this process. Called once, before anything is printed.

    Descriptor 1 becomes a second standard error, and `sys.stdout` writes to a private duplicate of
    the original. Closed streams are opened on the null device, so that no film is opened as
    descriptor 1 or 2; writing to a standard output that was closed is still an error. Writing to
    standard error never raises one: a film is worth more than a message.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # `open` takes the lowest free number, which is this one. Standard output is opened for
            # reading, so that a write fails as on a closed one.
            os.open(os.devnull, os.O_RDONLY if descriptor == 1 else os.O_RDWR)
    encoding = sys.stdout.encoding if sys.stdout is not None else "utf-8"
    private = os.dup(1)
    os.dup2(2, 1)
    # File names that are not valid text are written as their bytes.
    sys.stdout = _text(private, _Answers, encoding, "surrogateescape")
    encoding = sys.stderr.encoding if sys.stderr is not None else "utf-8"
    # A duplicate, because descriptor 2 is silenced while TensorFlow is imported.
    sys.stderr = _text(os.dup(2), _Unfailing, encoding, "backslashreplace")


def _text(descriptor: int, kind: type[io.FileIO], encoding: str, errors: str) -> TextIO:
    """Open a descriptor for text, line-buffered; it is never closed."""
    if sys.platform == "win32":
        # Consoles need the special raw file that `open` makes for them.
        return open(descriptor, "w", encoding=encoding, errors=errors, buffering=1, closefd=False)
    file = io.BufferedWriter(kind(descriptor, "w", closefd=False))
    return io.TextIOWrapper(file, encoding=encoding, errors=errors, line_buffering=True)


class OutputError(ArtengineError):
    """Standard output cannot be written to."""


class _Answers(io.FileIO):
    """Standard output: after a write has failed, all later ones are discarded."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            self._give_up()
            raise
        except OSError as error:
            self._give_up()
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror
            raise OutputError(
                f"standard output cannot be written to: {reason}; finished files are kept"
            ) from error

    def _give_up(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


class _Unfailing(io.FileIO):
    """Standard error: text that a full disk or a closed terminal rejects is lost."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(data)


@contextmanager
def apart() -> Iterator[None]:
    """Keep standard output for `answer`: everything else that is printed goes to standard error."""
    global _answers
    before, _answers = _answers, sys.stdout
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout, _answers = _answers, before


def answers() -> TextIO:
    """Return the stream for answers."""
    return sys.stdout if _answers is None else _answers


def answer(text: object = "", *, end: str = "\n") -> None:
    """Print a command's answer on standard output.

    Raises:
        BrokenPipeError: when the reader has closed the pipe.
        OutputError: when it cannot be written to.
    """
    stream, words = answers(), printable(f"{text}{end}")
    try:
        stream.write(words)
    except UnicodeEncodeError:
        stream.write(words.encode("ascii", "backslashreplace").decode("ascii"))
    stream.flush()


def tell(text: str) -> None:
    """Print a line that is not part of the answer, on standard error."""
    sys.stderr.write(f"{printable(text)}\n")
    sys.stderr.flush()
