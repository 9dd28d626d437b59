"""Errors for the user: one line with the place, the fault and the remedy."""

from __future__ import annotations

import re
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from errno import ENOSPC
from pathlib import Path

_LINE_ENDS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""Return text that is safe to print on a terminal.

    Control characters and those that change the text direction are escaped (`\x1b`). Line feeds and
    tabs stay.
    """
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """Return printable text on one line: each line end becomes a space."""
    return printable(_LINE_ENDS.sub(" ", text.strip()).replace("\t", " "))


class ArtengineError(Exception):
    """Base of every error the engine raises on purpose.

    The message is one plain lowercase statement that names the place, what was found and the
    remedy. The command line prints it without a traceback and exits with `exit_code`.

    Args:
        lines: the lines of the message. They may quote files and plugins: line ends inside a line
            become spaces, and control characters are escaped.
    """

    exit_code = 1

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(one_line(line) for line in lines))


class UsageError(ArtengineError):
    """A command or a function was called with invalid arguments."""

    exit_code = 2


class PresetError(ArtengineError):
    """A preset has mistakes; the message has one line for each of them."""

    exit_code = 3

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(*self.problems)


class PluginError(ArtengineError):
    """A plugin is missing, does not load, or violates the contract of its kind."""

    exit_code = 4


class SourceError(ArtengineError):
    """Video or pictures cannot be read."""

    exit_code = 5


class WriterError(ArtengineError):
    """A film or picture cannot be written."""

    exit_code = 6


def system_reason(error: OSError) -> str:
    """Return the system's error text in lower case."""
    return (error.strerror or str(error)).lower()


def cannot_write(error: OSError) -> WriterError:
    """Return the error for a writer to raise when the system cannot write its file."""
    remedy = "make room, or choose" if error.errno == ENOSPC else "choose"
    return WriterError(f"cannot be written: {system_reason(error)}; {remedy} another place")


class WeightsError(ArtengineError):
    """Weights are missing, or belong to another network."""

    exit_code = 7


class TrainingError(ArtengineError):
    """Training cannot start or cannot continue."""

    exit_code = 8


class GalleryError(ArtengineError):
    """A piece or a gallery is broken or incomplete."""

    exit_code = 9


class DiffersError(ArtengineError):
    """A film differs from what its recipe produces on this machine."""

    exit_code = 10


def did_you_mean(given: str, known: Sequence[str]) -> str:
    """Return `' (did you mean "x"?)'` for the nearest known word, or an empty string."""
    alike = {word.casefold(): word for word in reversed(known)}
    near = get_close_matches(given, known, n=1, cutoff=0.6)
    near = near or [alike[word] for word in get_close_matches(given.casefold(), alike, 1, 0.6)]
    return f' (did you mean "{near[0]}"?)' if near else ""


def described(error: BaseException) -> str:
    """Return the type of an exception and its text, on one line."""
    try:
        text = str(error)
    except Exception:
        # The `__str__` of a plugin's exception may raise.
        text = ""
    return f"{type(error).__name__}: {one_line(text)}".removesuffix(": ")


def reason(error: BaseException, module: str) -> str:
    """Describe on one line an exception of a plugin's code, with the plugin's line number.

    A `SourceError` is about the user's file and no fault of the plugin: only its text is returned.

    Args:
        error: the exception.
        module: `__name__` of the plugin's module.
    """
    if isinstance(error, SourceError):
        return one_line(str(error))
    text = described(error)
    if isinstance(error, SyntaxError):
        return text
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = str(frame.f_globals.get("__name__"))
        if name == module or name.startswith(f"{module}."):
            place = f" ({Path(frame.f_code.co_filename).name}, line {line})"
    return text + place
