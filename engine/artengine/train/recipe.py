"""The recipe of a training: the preset, with the run's own weights."""

from __future__ import annotations

from pathlib import Path

from artengine import __version__
from artengine.preset import Preset, to_toml
from artengine.preset.made_with import MADE_WITH, MadeWith
from artengine.preset.portable import portable
from artengine.resolve import plugins_of


def run_recipe(preset: Preset, folder: Path) -> str:
    """TOML of the preset that takes its weights from its own folder.

    Its films are called after that folder, save for those that the preset gives other names.

    Args:
        preset: what is trained.
        folder: the run's folder.
    """
    table, files = portable(preset, folder)
    made_with = MadeWith(__version__, plugins=plugins_of(preset), files=files)
    return to_toml(
        table
        | {
            "model": {**table["model"], "weights": "."},
            "writers": [
                {name: value for name, value in own.items() if name != "path" or value != default}
                for own, default in zip(table["writers"], _default_paths(preset), strict=True)
            ],
            MADE_WITH: made_with.table(),
        }
    )


def _default_paths(preset: Preset) -> list[str]:
    return [preset.name + "".join(writer.suffixes[:1]) for writer in preset.writers]
