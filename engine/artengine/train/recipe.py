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
    """Return the preset as TOML, with the weights of its own folder.

    Films are named after that folder, except those that the preset names differently.

    Args:
        preset: the preset.
        folder: the run's folder.
    """
    table, files = portable(preset, folder)
    provenance = made_with(
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
            MADE_WITH: provenance.table(),
        }
    )


def _content(preset: Preset) -> str:
    """Return the digest of the clip; empty if it no longer exists, although its footage may."""
    try:
        return content_digest(preset.source.fingerprint())
    except SourceError:
        return ""


def _default_paths(preset: Preset) -> list[str]:
    return [preset.name + "".join(writer.suffixes[:1]) for writer in preset.writers]
