"""Errors that a person reads: one line, what went wrong and what to do instead."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path


class ArtengineError(Exception):
    """Base of every error the engine raises on purpose.

    The message is one plain lowercase statement that names the place, what was found and the
    remedy. The command line prints it without a traceback and exits with `exit_code`.
    """

    exit_code = 1


class UsageError(ArtengineError):
    """A command was asked for something that cannot be asked for."""

    exit_code = 2


class PresetError(ArtengineError):
    """A preset holds mistakes; the message has one line for each of them."""

    exit_code = 3

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class PluginError(ArtengineError):
    """A plugin is missing, is broken, or broke a promise of its kind."""

    exit_code = 4


class SourceError(ArtengineError):
    """Video or pictures cannot be read."""

    exit_code = 5


class WriterError(ArtengineError):
    """A film or picture cannot be written."""

    exit_code = 6


class WeightsError(ArtengineError):
    """Weights are missing, or belong to another network."""

    exit_code = 7


class TrainingError(ArtengineError):
    """Training cannot start or cannot go on."""

    exit_code = 8


class GalleryError(ArtengineError):
    """A piece or a gallery is broken or incomplete."""

    exit_code = 9


def did_you_mean(given: str, known: Sequence[str]) -> str:
    """Return `' (did you mean "x"?)'` for the nearest known word, or an empty string."""
    near = get_close_matches(given, known, n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""


def reason(error: BaseException, module: str) -> str:
    """Say on one line what a plugin's code raised, and where in its module, or below it, that was.

    Args:
        error: what was raised.
        module: the plugin's, as its `__name__`.
    """
    said = " ".join(str(error).split())
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    if isinstance(error, SyntaxError):
        return text
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = str(frame.f_globals.get("__name__"))
        if name == module or name.startswith(f"{module}."):
            place = f" ({Path(frame.f_code.co_filename).name}, line {line})"
    return text + place
