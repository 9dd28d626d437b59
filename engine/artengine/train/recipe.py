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
    """TOML of the preset that takes its weights from the folder it stands in.

    Its films are called after that folder, save for those that the preset gives other names.
    """
    model = {**preset.table["model"], "weights": "."}
    writers = [
        {name: value for name, value in table.items() if name != "path" or value != default}
        for table, default in zip(preset.table["writers"], _default_paths(preset), strict=True)
    ]
    return to_toml({**preset.table, "model": model, "writers": writers})


def _default_paths(preset: Preset) -> list[str]:
    return [preset.name + "".join(writer.suffixes[:1]) for writer in preset.writers]


_LENGTHS = ("steps", "minutes")
