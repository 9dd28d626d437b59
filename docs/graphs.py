"""Trace the networks of the packaged presets, so that their first dreams need no TensorFlow.

    python docs/graphs.py            # all of them, into presets/graphs

A file holds the graphs of a model at one size, without weights; presets share it. It is valid until
the code that it was traced from changes; a test then names this command. Unchanged graphs are
written with the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from artengine.catalog import load_catalog
from artengine.dream.preview import small
from artengine.frame import Size
from artengine.network_templates import make_file
from artengine.plain_network import fixed_table
from artengine.preset import Preset, load_preset
from artengine.weights import find_weights, older_values, packaged_weights

PRESETS = Path(__file__).parents[1] / "presets"
FOLDER = PRESETS / "graphs"


def dreamt() -> Iterator[tuple[Preset, Size]]:
    """Yield each preset that has packaged weights with its size and with its preview's size."""
    catalog = load_catalog(user_folder=False)
    for file in sorted(PRESETS.glob("*.toml")):
        preset = load_preset(file, catalog)
        if preset.weights in packaged_weights() and not preset.inside():
            weights = find_weights(preset)
            older = {f"model.{n}": value for n, value in older_values(preset, weights).items()}
            size = preset.dream.size_of(weights.train_size)
            if size is not None:
                preset = preset.with_values(older)
                yield preset, size
                yield preset, cast("Size", small(preset, size).dream.size)


def main() -> None:
    """Write all files, and remove those that no preset uses."""
    groups: dict[str, tuple[Preset, Size, list[dict[str, float]]]] = {}
    for preset, size in dreamt():
        model = preset.model
        numbers = {name: getattr(model, name) for name in sorted(model.automatable())}
        _, _, all_numbers = groups.setdefault(f"{fixed_table(model)} {size}", (preset, size, []))
        all_numbers.append(numbers)
    made = {make_file(preset, size, FOLDER, numbers) for preset, size, numbers in groups.values()}
    for file in sorted(FOLDER.iterdir()):
        if file not in made:
            file.unlink()
        else:
            print(f"{file.stat().st_size:6} {file.name}")


if __name__ == "__main__":
    main()
