"""Curves over a film, without rendering it: their values and their plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from predictors import Still

from artengine.catalog import Catalog
from artengine.dream.curve_plot import draw, with_jumps
from artengine.dream.curve_values import MOST_BEATS, curve_values, try_curves
from artengine.dream.render import render
from artengine.dream.session import Dream
from artengine.dream.targets import Target
from artengine.errors import PluginError, PresetError
from artengine.preset import Preset, parse_preset


def preset_of(catalog: Catalog, **changes: Any) -> Preset:
    table = {
        "seed": 4,
        "source": {"use": "synthetic"},
        "model": {"use": "recall", "context": 3, "pull": "walk()"},
        "dream": {"frames": 20, "size": [16, 12], "fps": 10, "truth_frames": "prev + 0.2"},
        "time": {"bpm": 120, "offset": 0.1, "beats_per_bar": 3},
        "curves": {"kick": "pulse(beat, 0.3)", "wander": "walk(2)"},
        "feedback": [
            {"use": "noise", "amount": "lag(kick, 0, 0.2)"},
            {"use": "noise", "amount": "0.1 * wander", "mix": "rand()"},
        ],
        "output": [{"use": "levels", "gamma": {"keys": {"0s": 1, "1s": 2}}}],
        **changes,
    }
    return parse_preset(table, catalog, name="test")


def test_values_equal_those_of_the_dream(catalog: Catalog) -> None:
    preset = preset_of(catalog)
    result = curve_values(preset, 10.0)
    assert list(result.values) == list(preset.curves_by_address())
    seen: dict[str, list[float]] = {address: [] for address in result.values}
    with Dream(preset, predict=Still()) as dream:
        for turn in dream.turns():
            dream.picture(dream.output_frame(turn))
            model, (first, second) = dream._model.plugin, dream._feedback.binding
            assert second.controls is not None
            for address, holder in {
                "model.pull": model,
                "feedback.noise.amount": first.plugin,
                "feedback.noise-2.amount": second.plugin,
                "feedback.noise-2.mix": second.controls,
                "output.levels.gamma": dream._output.chain.effects[0],
            }.items():
                seen[address].append(getattr(holder, address.rpartition(".")[2]))
            for name in preset.curves:
                seen[f"curves.{name}"].append(turn.values[name])
    for address, values in seen.items():
        if address != "dream.truth_frames":
            np.testing.assert_array_equal(result.values[address], values, address)
    assert result.values["dream.truth_frames"].tolist() == (
        [0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4]
    )


def test_only_beats_and_bars_within_the_film_are_listed(catalog: Catalog) -> None:
    result = curve_values(preset_of(catalog), 10.0)
    assert result.beats() == pytest.approx([0.1, 0.6, 1.1, 1.6])
    assert result.beats(3) == pytest.approx([0.1, 1.6])
    data = result.as_data()
    assert data["bars"] == pytest.approx([0.1, 1.6])
    assert len(data["curves"]["curves.kick"]) == 20
    early = curve_values(preset_of(catalog, time={"bpm": 60, "offset": -0.5}), 10.0)
    assert early.beats() == pytest.approx([0.5, 1.5])


def test_a_slow_film_of_a_fast_tempo_lists_few_beats(catalog: Catalog) -> None:
    film = {"frames": 10_000_000, "fps": 0.01, "size": [16, 12]}
    result = curve_values(preset_of(catalog, time={"bpm": 1000}, dream=film), 0.01, most=500)
    assert len(result.numbers(4)) == 500 * 100 * 1000 // 60 // 4 + 1
    assert len(result.beats()) == MOST_BEATS


def test_more_curves_are_sampled_at_fewer_frames(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.dream.curve_values.MOST_VALUES", 60)
    monkeypatch.setattr("artengine.dream.curve_values.TRIED", 2)
    assert curve_values(preset_of(catalog), 10.0).count == 60 // 8


def test_many_curves_are_checked_at_few_frames(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = preset_of(catalog, curves={"late": "1 / (3 - frame)", "kick": 0, "wander": 0})
    monkeypatch.setattr("artengine.dream.curve_values.MOST_TRIED", 3 * 9)
    try_curves(late, 10.0)
    monkeypatch.setattr("artengine.dream.curve_values.MOST_TRIED", 4 * 9)
    with pytest.raises(PluginError, match=r"^at frame 3: curves\.late"):
        try_curves(late, 10.0)


@pytest.mark.parametrize(
    ("values", "upright"),
    [([0, 0, 1, 1, 1], [2]), ([0, 0, 1, 0.8, 0.6], [2]), ([0, 0, 1, 2, 3], []), ([3], [])],
)
def test_jumps_are_drawn_as_vertical_lines(values: list[float], upright: list[int]) -> None:
    seconds, drawn = with_jumps(np.arange(len(values)) / 10, np.array(values, np.float64))
    assert len(drawn) == len(values) + len(upright)
    for place in upright:
        assert seconds[place] == seconds[place + 1] == place / 10
        assert (drawn[place], drawn[place + 1]) == (values[place - 1], values[place])


def test_a_curve_that_fails_is_reported_with_its_frame(catalog: Catalog) -> None:
    preset = preset_of(catalog, output=[{"use": "levels", "gamma": "1 / (12 - frame)"}])
    with pytest.raises(PluginError, match=r"^output\.levels failed at frame 12: gamma: column 3: "):
        curve_values(preset, 10.0)


def test_the_plot_has_a_panel_for_each_curve(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.dream.curve_plot.MOST_CURVES", 3)
    preset = preset_of(catalog)
    title = "a $\\frac{ $ \N{PARTY POPPER}\nfilm"
    draw(curve_values(preset, 10.0), preset.curves_by_address(), tmp_path / "a.png", title)
    noise = {"use": "noise", "amount": "0.1 * t"}
    few = preset_of(catalog, feedback=[noise], output=[], curves={}, dream={"frames": 1})
    draw(curve_values(few, 24.0), few.curves_by_address(), tmp_path / "b.png", "b")
    three, two = (np.asarray(Image.open(tmp_path / name)) for name in ("a.png", "b.png"))
    assert three.shape[1] == two.shape[1]
    assert three.shape[0] - two.shape[0] == pytest.approx(0.95 * 110, abs=2)
    assert three[..., :3].std() > 10


def test_a_film_whose_curves_fail_does_not_begin(catalog: Catalog, tmp_path: Path) -> None:
    preset = preset_of(catalog, feedback=[{"use": "noise", "amount": "1 / (12 - frame)"}])
    target = Target(catalog.get("writer", "gif")(), tmp_path / "film.gif")
    message = r"^test: feedback\.noise failed at frame 12: amount: column 3"
    with pytest.raises(PresetError, match=message):
        render(preset, catalog, [target], predict=Still())
    assert not any(tmp_path.iterdir())
