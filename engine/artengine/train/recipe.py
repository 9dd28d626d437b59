"""The recipe of a training: the preset, with the run's own weights and length."""

from __future__ import annotations

from dataclasses import replace

from artengine.preset import Preset, to_toml


def with_length(preset: Preset, *, steps: int | None, minutes: float | None) -> Preset:
    """The preset with a training of so many steps or minutes, in place of its own length."""
    given = {"steps": steps} if steps is not None else {"minutes": minutes}
    others = {k: v for k, v in preset.table.get("train", {}).items() if k not in _LENGTHS}
    settings = preset.train.model_copy(update=dict.fromkeys(_LENGTHS) | given)
    return replace(preset, train=settings, table={**preset.table, "train": {**others, **given}})


def run_recipe(preset: Preset) -> str:
    """TOML of the preset that takes its weights from the folder it stands in."""
    return to_toml({**preset.table, "model": {**preset.table["model"], "weights": "."}})


_LENGTHS = ("steps", "minutes")
