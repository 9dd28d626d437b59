"""Which version of the engine a recipe needs."""

from __future__ import annotations

import re

from artengine import __version__
from artengine.preset.made_with import MadeWith
from artengine.subprocesses import command_line


def newer_engine(made_with: MadeWith) -> str:
    """Say that a recipe is of a later version than this one, and how to get that.

    Empty where it is not, and where it does not say what its version is.
    """
    needed = _numbers(made_with.engine)
    if needed <= _numbers(__version__):
        return ""
    # A recipe is a stranger's text: what is offered to be pasted into a shell holds numbers alone.
    written = ".".join(map(str, needed))
    install = command_line(["pip", "install", f"artengine>={written}"])
    return f"needs artengine {written} or newer, and this is {__version__}: {install}"


def _numbers(version: str) -> list[int]:
    """The numbers that a version begins with, as [0, 2, 0]."""
    found = re.match(r"\d{1,9}(\.\d{1,9})*", version)
    return [int(number) for number in found[0].split(".")] if found else []
