"""The recipe of a training: the preset, with the run's own weights."""

from __future__ import annotations

from pathlib import Path

from artengine import __version__
from artengine.arithmetic import arithmetic
from artengine.errors import SourceError
from artengine.preset import Preset, to_toml
from artengine.preset.made_with import MADE_WITH, content_digest
from artengine.preset.portable import portable
from artengine.resolve import made_with, plugins_of


def run_recipe(preset: Preset, folder: Path) -> str:
    """TOML of the preset that takes its weights from its own folder.

    Its films are called after that folder, save for those that the preset gives other names.

    Args:
        preset: what is trained.
        folder: the run's folder.
    """
    table, files = portable(preset, folder)
    told = made_with(
        files,
        engine=__version__,
        arithmetic=arithmetic(preset.train.precision, "keras"),
        source=_content(preset),
        plugins=plugins_of(preset),
    )
    return to_toml(
        table
        | {
            "model": {**table["model"], "weights": "."},
            "writers": [
                {name: value for name, value in own.items() if name != "path" or value != default}
                for own, default in zip(table["writers"], _default_paths(preset), strict=True)
            ],
            MADE_WITH: told.table(),
        }
    )


def _content(preset: Preset) -> str:
    """The digest of the clip; empty where it is gone, which prepared footage may outlive."""
    try:
        return content_digest(preset.source.fingerprint())
    except SourceError:
        return ""


def _default_paths(preset: Preset) -> list[str]:
    return [preset.name + "".join(writer.suffixes[:1]) for writer in preset.writers]
