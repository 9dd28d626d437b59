"""The engine version that a recipe needs."""

from __future__ import annotations

import re

from artengine import __version__
from artengine.preset.made_with import MadeWith
from artengine.subprocesses import command_line


def newer_engine(made_with: MadeWith) -> str:
    """Return a message for a recipe of a later engine version, with the command to install it.

    It is empty if the recipe is not newer, or has no version.
    """
    needed = _numbers(made_with.engine)
    if needed <= _numbers(__version__):
        return ""
    # Recipes are untrusted: a command for pasting into a shell must contain only their numbers.
    written = ".".join(map(str, needed))
    install = command_line(["pip", "install", f"artengine>={written}"])
    return f"needs artengine {written} or newer, and this is {__version__}: {install}"


def _numbers(version: str) -> list[int]:
    """The leading numbers of a version, such as [0, 2, 0]."""
    found = re.match(r"\d{1,9}(\.\d{1,9})*", version)
    return [int(number) for number in found[0].split(".")] if found else []
