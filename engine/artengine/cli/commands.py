"""The commands of the program; each is imported only to run it or to show its help."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup
from typer.models import TyperInfo

from artengine.cli.command import Command

ABOUT: Mapping[str, str] = {
    "dream": "Dream a film of a preset, a run or another film.",
    "train": "Train a network on a clip, into a run folder.",
    "prepare": "Store the frames of videos for training.",
    "measure": "Measure whether a film stays alive and close to its clip.",
    "verify": "Check whether a film is what its recipe renders here.",
    "audio": "Report the length and tempo of a sound, and draw its features.",
    "batch": "Render presets with many seeds into a gallery.",
    "pack": "Pack presets and everything they need into one file.",
    "install": "Install a pack, so that its presets can be dreamt.",
    "bench": "Time films with each runtime, and report what is slow.",
    "doctor": "Check the installation: versions, ffmpeg, folders, plugins.",
    "presets": "List, explain, show, check and plot presets.",
    "packs": "List, show, find, update and remove packs.",
    "plugins": "List, show, make and check plugins.",
    "models": "Show the layers of networks.",
    "gallery": "Make a web page of finished pieces.",
    "recipe": "Print the recipe of a film: artengine recipe FILM.",
}
"""What each command does, in the order of the help. Each has a module of its own name here."""


class Commands(dict[str, Any]):
    """The commands by name; typer builds each from its function at its first use."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(ABOUT))

    def __getitem__(self, name: str) -> Any:
        made = super().__getitem__(name)
        if made is None:
            made = _imported(name)
            self[name] = made
        return made

    def get(self, name: str, default: Any = None) -> Any:
        """Return the command of that name, or the default."""
        return self[name] if super().__contains__(name) else default

    def items(self) -> Any:
        """Return all commands, with their names."""
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        """Return all commands."""
        return [self[name] for name in self]


def _imported(name: str) -> Any:
    module = import_module(f"artengine.cli.{name}")
    group = getattr(module, f"{name}_app", None)
    if group is None:
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        alone.command(name, cls=Command)(getattr(module, name))
        return typer.main.get_command(alone)
    return typer.main.get_group_from_info(
        TyperInfo(group),
        pretty_exceptions_short=True,
        suggest_commands=True,
        rich_markup_mode=None,
    )


class CommandGroup(TyperGroup):
    """The group of all commands. Its help imports none of them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**{**attributes, "commands": Commands()})

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands into the help text."""
        listed = {name: TyperCommand(name, help=about) for name, about in ABOUT.items()}
        TyperGroup(name="", commands=dict(listed), rich_markup_mode=None).format_commands(
            ctx, formatter
        )
