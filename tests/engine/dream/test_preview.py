"""Previews: the whole film in few small frames."""

from __future__ import annotations

from typing import Any

import pytest

from artengine.catalog import Catalog
from artengine.curves import Clock, Scope, SignalContext
from artengine.dream.preview import preview
from artengine.preset import Preset, parse_preset

KEYS = {"seconds": {"2s": 0.2, "8s": 0.8}, "frames": {"48f": 0.2, "192": 0.8}}
SHARES = {"20%": 0.2, "80%": 0.8}


def preset_of(catalog: Catalog, **dream: Any) -> Preset:
    effects = [
        {"use": "noise", "amount": {"keys": keys}} for keys in (*KEYS.values(), SHARES, {"9f": 0.5})
    ]
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "recall", "pull": {"keys": {"120f": 0.1, "239f": 0.9}, "ease": "sine"}},
        "dream": {"frames": 240, "fps": 24, "size": [640, 360], **dream},
        "feedback": effects[:2],
        "output": effects[2:],
    }
    return parse_preset(table, catalog, name="test")


def value(preset: Preset, word: str, number: int, index: int) -> float:
    binding = getattr(preset, word)[number]
    frames = preset.dream.frames
    signal = binding.curves["amount"].compile(Scope(preset.dream.fps or 1, frames, 0))
    return float(signal.at(SignalContext(Clock(index, preset.dream.fps or 1, frames))))


def test_a_preview_is_the_whole_film_in_few_small_frames(catalog: Catalog) -> None:
    preset = preset_of(catalog)
    recipe = preset.recipe()
    small = preview(preset, fps=24.0, size=(640, 360))
    assert preset.recipe() == recipe
    assert small.dream.frames == 48
    assert small.dream.size == (256, 144)
    assert small.dream.fps == pytest.approx(24 * 47 / 239)
    assert small.seed == preset.seed


@pytest.mark.parametrize(("word", "number"), [("feedback", 0), ("feedback", 1), ("output", 0)])
def test_curves_are_scaled_in_time(catalog: Catalog, word: str, number: int) -> None:
    preset = preset_of(catalog)
    small = preview(preset, fps=24.0, size=(640, 360))
    for index in range(48):
        whole = value(preset, word, number, round(index * 239 / 47))
        assert value(small, word, number, index) == pytest.approx(whole, abs=0.01)


def test_the_model_s_curves_are_scaled_too(catalog: Catalog) -> None:
    small = preview(preset_of(catalog), fps=24.0, size=(640, 360))
    curve = small.model_curves["pull"]
    assert curve.values() == (0.1, 0.9)
    scope = Scope(small.dream.fps or 1, 48, 0)
    last = SignalContext(Clock(47, scope.fps, 48))
    assert curve.compile(scope).at(last) == pytest.approx(0.9)
    assert not curve.remarks(scope)


def test_masks_and_fields_count_the_frames_of_the_film(catalog: Catalog) -> None:
    preset = parse_preset(
        {
            "source": {"use": "synthetic"},
            "model": {"use": "swift"},
            "dream": {"frames": 240, "fps": 24},
            "feedback": [{"use": "zoom", "factor": "1 + x * frame / 240"}],
            "output": [{"use": "invert", "mask": "x < frame / 240 and y < progress"}],
            "bend": [
                {"layer": "conv2d", "operation": "scale", "amount": 2.0, "mask": "x > fps - 24"}
            ],
        },
        catalog,
        name="test",
    )
    masks = [
        each.masks
        for each in preview(preset, fps=24.0, size=(64, 64)).bindings_by_address().values()
    ]
    texts = {name: mask.text for found in masks for name, mask in found.items() if name != "mask"}
    shown = [found["mask"].text for found in masks if "mask" in found]
    longer = f"/ {47 / 239:.9g})"
    assert texts == {"factor": f"1 + x * (frame {longer} / 240"}
    assert shown == [f"x > (fps {longer} - 24", f"x < (frame {longer} / 240 and y < progress"]


def test_a_refined_film_is_previewed_as_its_small_dream(catalog: Catalog) -> None:
    small = preview(preset_of(catalog, refine=4.0), fps=24.0, size=(640, 360))
    assert (small.dream.refine, small.dream.size) == (1.0, (160, 90))


def test_a_short_small_film_is_its_own_preview(catalog: Catalog) -> None:
    preset = preset_of(catalog, frames=12, size=[64, 48])
    small = preview(preset, fps=24.0, size=(64, 48))
    assert small.dream == preset.dream
    assert small.feedback[1].curves == preset.feedback[1].curves
    assert preview(preset_of(catalog, frames=1), fps=24.0, size=(64, 48)).dream.frames == 1


def test_overrides_of_the_preset_do_not_undo_the_preview(catalog: Catalog) -> None:
    preset = parse_preset(
        preset_of(catalog).table, catalog, ["dream.frames=480", "feedback.0.amount=0.5"]
    )
    small = preview(preset, fps=24.0, size=(640, 360))
    assert small.dream.frames == 48
    assert small.feedback[0].plugin.model_dump()["amount"] == 0.5
