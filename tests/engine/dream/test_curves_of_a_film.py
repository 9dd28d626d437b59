"""A film that is driven by curves of every kind, and reproduced from its recipe."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from artengine.catalog import load_catalog
from artengine.dream.curve_values import curve_values
from artengine.dream.preview import preview
from artengine.dream.session import Dream
from artengine.preset import load_preset
from artengine.resolve import resolve

FILM = """
title = "Driven"
extends = "tiny"

[dream]
frames = 12
truth_frames = "pulse(bar, 0.3)"

[time]
bpm = 180

[curves]
table = { csv = "song.csv", column = "level" }
drum = { midi = "song.mid", note = 36 }
pump = "lag(drum, 0.05, 0.3)"
turn = { keys = { "0bar" = -3, "1bar" = { value = 3, ease = "in-out-back" } }, repeat = "1bar" }
schedule = "0:(0.1), 6:(0.4)"

[[feedback]]
use = "noise"
amount = "0.2 * pump + 0.05 * table"

[[feedback]]
use = "rotate"
degrees = "turn + 2 * (walk(1) - 0.5)"

[[output]]
use = "levels"
brightness = "schedule * sin(frame / 2)"
"""


@pytest.fixture
def film(tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import mido

    folder = tmp_path / "film"
    shutil.copytree(tiny_project, folder)
    monkeypatch.chdir(folder)
    rows = "".join(f"{row / 11}\n" for row in range(12))
    (folder / "song.csv").write_text(f"level\n{rows}", encoding="utf-8")
    song = mido.MidiFile()
    song.tracks.append(mido.MidiTrack([mido.Message("note_on", note=36, time=240)]))
    song.save(folder / "song.mid")
    (folder / "driven.toml").write_text(FILM, encoding="utf-8")
    return folder


def test_the_preset_and_its_recipe_reproduce_the_film(film: Path, tiny_model: Path) -> None:
    catalog = load_catalog([tiny_model])
    preset = load_preset("driven.toml", catalog)
    films = []
    for _ in range(2):
        with Dream(preset) as dream:
            films.append(list(dream))
    recipe = dream.resolved.recipe(film)
    assert 'table = { csv = "song.csv", column = "level" }' in recipe
    assert 'amount = "0.2 * pump + 0.05 * table"' in recipe
    (film / "recipe.toml").write_text(recipe, encoding="utf-8")
    with Dream(load_preset("recipe.toml", catalog)) as again:
        films.append(list(again))
    assert again.identity == dream.identity
    np.testing.assert_array_equal(films[0], films[1])
    np.testing.assert_array_equal(films[0], films[2])
    still = load_preset("driven.toml", catalog, ["curves.table=0", "feedback.rotate.degrees=0"])
    with Dream(still) as other:
        assert (np.array(list(other))[1:] != films[0][1:]).any(axis=(1, 2, 3)).all()


def test_the_content_of_its_files_is_part_of_the_identity(film: Path, tiny_model: Path) -> None:
    catalog = load_catalog([tiny_model])
    before = resolve(load_preset("driven.toml", catalog)).identity
    (film / "song.csv").rename(film / "moved.csv")
    moved = load_preset("driven.toml", catalog, ["curves.table.csv=moved.csv"])
    assert resolve(moved).identity == before
    (film / "moved.csv").write_text("level\n1\n", encoding="utf-8")
    assert resolve(moved).identity != before


def test_a_preview_scales_curves_in_time(film: Path, tiny_model: Path) -> None:
    changes = ["dream.frames=189", "dream.fps=24", "curves.table.every=17"]
    preset = load_preset(
        "driven.toml",
        load_catalog([tiny_model]),
        [*changes, "feedback.rotate.degrees=turn", "curves.steps=frame/100 + 0.01 * fps"],
    )
    small = preview(preset, fps=24.0, size=(64, 48))
    assert small.dream.frames == 48
    whole, short = curve_values(preset, 24.0), curve_values(small, small.dream.fps or 0.0)
    for address in ("curves.table", "curves.turn", "curves.schedule", "curves.steps"):
        np.testing.assert_allclose(
            short.values[address], whole.values[address][::4], atol=1e-6, err_msg=address
        )
    # A note sounds in the nearest frame of the film and of the preview.
    assert (
        abs(int(whole.values["curves.drum"].argmax()) - 4 * short.values["curves.drum"].argmax())
        <= 4
    )
