"""Curves in a dream: named ones, those with state, and those that control the loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pytest
from predictors import Fading

from artengine.catalog import Catalog
from artengine.dream.changes import Change
from artengine.dream.session import Dream
from artengine.errors import PluginError, PresetError, UsageError
from artengine.frame import Picture
from artengine.preset import Preset, parse_preset

MakePreset = Callable[..., Preset]
FRAMES = 10


def preset_of(catalog: Catalog, **changes: Any) -> Preset:
    table = {
        "seed": 4,
        "source": {"use": "synthetic"},
        "model": {"use": "recall", "context": 3, "pull": "walk()"},
        "dream": {
            "frames": FRAMES,
            "size": [32, 24],
            "fps": 10,
            "truth_frames": "2 * pulse(t, 0.4)",
        },
        "time": {"bpm": 300},
        "curves": {
            "late": "delay(hit, 0.2)",
            "hit": {"keys": {"0f": 0.0, "3f": 1.0, "4f": 0.0}, "ease": "hold"},
            "wander": "walk(2)",
            "level": 0.25,
        },
        "feedback": [
            {"use": "noise", "amount": "0.3 * lag(hit, 0, 0.3) + 0.1 * late"},
            {"use": "zoom", "factor": "1 + 0.1 * wander"},
            {"use": "noise", "amount": "level * hold(rand(), beat)"},
        ],
        "output": [{"use": "levels", "gamma": "min(2, prev + 0.3)"}],
        **changes,
    }
    return parse_preset(table, catalog, name="test")


@pytest.fixture
def make_preset(catalog: Catalog) -> MakePreset:
    return partial(preset_of, catalog)


def film(preset: Preset, *changes: Change, **options: Any) -> list[Picture]:
    with Dream(preset, predict=Fading(), **options) as dream:
        for change in changes:
            dream.set(change.address, change.value, change.frame)
        return list(dream)


def values(preset: Preset, number: int, name: str) -> list[float]:
    """Return a parameter of the feedback chain at each frame."""
    with Dream(preset, predict=Fading()) as dream:
        effect = dream._feedback.effects[number]
        return [getattr(effect, name) for _ in dream.turns()]


def test_the_same_preset_makes_the_same_film(make_preset: MakePreset) -> None:
    np.testing.assert_array_equal(film(make_preset()), film(make_preset()))


def test_named_curves_are_read_in_any_order(make_preset: MakePreset) -> None:
    amounts = values(make_preset(), 0, "amount")
    assert amounts[:3] == [0, 0, 0]
    assert amounts[3] == pytest.approx(0.3)
    assert amounts[4] == pytest.approx(0.3 * np.exp(-1 / 3))
    assert amounts[5] == pytest.approx(0.3 * np.exp(-2 / 3) + 0.1)
    assert amounts[6] == pytest.approx(0.3 * np.exp(-1))


@pytest.mark.parametrize("stop", [1, 6])
def test_a_dream_resumes_bit_for_bit_with_the_state_of_its_curves(
    make_preset: MakePreset, stop: int
) -> None:
    preset = make_preset()
    changes = (
        Change(2, "feedback.noise-2.amount", "0.2 * walk(3)"),
        Change(3, "output.levels.contrast", "0.8 + lag(hit, 0.1, 0.4)"),
        Change(6, "dream.truth_frames", "where(prev > 2, 0, prev + 1)"),
        Change(5, "curves.wander", "lag(late, 0.3) + walk(1)"),
        Change(6, "model.pull", "lag(rand(), 0.3)"),
    )
    whole = film(preset, *changes)
    with Dream(preset, predict=Fading()) as dream:
        for change in changes:
            dream.set(change.address, change.value, change.frame)
        first = list(islice(dream, stop))
        snapshot = dream.snapshot()
    np.testing.assert_array_equal(whole, first + film(preset, resume=snapshot))


def differing(one: list[Picture], other: list[Picture]) -> list[int]:
    return [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if (a != b).any()]


def test_a_refined_dream_resumes_bit_for_bit(make_preset: MakePreset) -> None:
    preset = make_preset(dream={"frames": FRAMES, "size": [32, 24], "fps": 10, "refine": 2.0})
    whole = film(preset)
    with Dream(preset, predict=Fading()) as dream:
        first = list(islice(dream, 5))
        snapshot = dream.snapshot()
    np.testing.assert_array_equal(whole, first + film(preset, resume=snapshot))


def test_truth_frames_follow_their_curve(make_preset: MakePreset) -> None:
    with Dream(make_preset(feedback=[], output=[]), predict=Fading()) as dream:
        turns = list(dream.turns())
    for index, turn in enumerate(turns):
        # The curve is 2 at frames 0 to 3: the source's frame replaces a fed-back one when that is
        # the second oldest of three, two frames later, and none is replaced from frame 4 on.
        for number, seen in enumerate(turn.context_frames, start=index - 3):
            if number >= 0:
                replaced = number <= 2 and index >= number + 2
                expected = turns[number].truth if replaced else turns[number].fed
                np.testing.assert_array_equal(seen, expected)
        assert turn.truth is not None
        assert (turn.truth != turn.fed).any()
    assert len(turns) == FRAMES


def test_an_expression_is_set_while_the_dream_plays(make_preset: MakePreset) -> None:
    preset = make_preset(feedback=[{"use": "noise", "amount": 0.0}], output=[])
    plain = film(preset)
    changed = film(preset, Change(2, "feedback.noise.amount", "0.2 * level"))
    assert differing(plain, changed) == list(range(3, FRAMES))
    with Dream(preset, predict=Fading()) as dream:
        with pytest.raises(UsageError, match=r'feedback\.noise\.amount: "levle" given; column 1: '
                           r'there is no "levle" \(did you mean "level"\?\)'):  # fmt: skip
            dream.set("feedback.noise.amount", "levle")
        with pytest.raises(UsageError, match=r"^curves\.lost cannot .*'s curves are: late, "):
            dream.set("curves.lost", 1)
        with pytest.raises(UsageError, match=r"^curves\.late: goes in a circle: late > hit > late"):
            dream.set("curves.hit", "late")
        with pytest.raises(UsageError, match=r"^curves\.hit: \[1\] given; allowed: a number"):
            dream.set("curves.hit", [1])
        with pytest.raises(UsageError, match=r"dream\.truth_frames: 4 given; .* 0 to 3"):
            dream.set("dream.truth_frames", {"keys": {"0s": 0, "1s": 4}})


def test_all_mistakes_of_named_curves_are_reported_at_once(make_preset: MakePreset) -> None:
    with pytest.raises(PresetError) as caught:
        make_preset(
            curves={
                "a": "b + 1",
                "b": "c * 2",
                "c": "a",
                "sin": "1",
                "two words": "1",
                "lost": "hti",
                "hit": True,
            },
            feedback=[{"use": "noise", "amount": "1 / level"}],
        )
    known = "there are: t, frame, beat, bar, progress, fps, seed, prev, pi, tau, a, b, c, "
    known += "colour, contrast, detail, drift, hit, lost, motion"
    assert [line.removeprefix("test: ") for line in caught.value.problems] == [
        "curves.sin: every expression knows sin already; choose another name",
        'curves.two words: "two words" is no name; allowed: letters, digits and _, as kick_2',
        f'curves.lost: "hti" given; column 1: there is no "hti" (did you mean "hit"?); {known}',
        "curves.hit: true given; allowed: a number, a text or a table for a curve",
        "curves.a: goes in a circle: a > b > c > a; a curve reads its own last value as prev",
        f'feedback.noise.amount: "1 / level" given; column 5: there is no "level"; {known}',
    ]


def test_an_evaluation_error_names_the_curve_and_the_frame(make_preset: MakePreset) -> None:
    with pytest.raises(PluginError, match=r"^at frame 2: curves\.hit: column 3: division by zero"):
        film(make_preset(curves={"hit": "1 / (2 - frame)"}, feedback=[]))


def test_recipes_keep_curves_as_they_were_written(
    make_preset: MakePreset, catalog: Catalog
) -> None:
    preset = make_preset()
    recipe = preset.recipe()
    assert 'amount = "0.3 * lag(hit, 0, 0.3) + 0.1 * late"' in recipe
    assert '[curves]\nlate = "delay(hit, 0.2)"\n' in recipe
    assert "level = 0.25" in recipe
    changed = preset.with_values({"curves.level": "0.5 * hit", "time.bpm": 90})
    assert changed.curves["level"].values() == ()
    assert changed.time.bpm == 90


def test_an_effect_is_off_while_its_curve_is_below_a_half(make_preset: MakePreset) -> None:
    grain = {"use": "noise", "amount": 0.3}
    plain = values(make_preset(feedback=[grain | {"on": "0.49 + 0.01 * (frame > 3)"}]), 0, "amount")
    assert plain == [0.3] * FRAMES
    off = film(make_preset(feedback=[grain | {"on": False}]))
    switched = film(make_preset(feedback=[grain | {"on": "0.49 + 0.01 * (frame > 3)"}]))
    # The picture shows the network's prediction from the frame before.
    assert differing(off, switched)[0] == 5
    held = {"keys": {"0f": 1, "4f": 0}, "ease": "hold"}
    on = film(make_preset(feedback=[grain]))
    assert differing(on, film(make_preset(feedback=[grain | {"on": held}])))[0] == 5
    with pytest.raises(PresetError, match=r'output\.upscale\.on: "upscale" changes the size'):
        make_preset(output=[{"use": "upscale", "on": "hit"}])
    with (
        Dream(make_preset(output=[{"use": "upscale"}]), predict=Fading()) as dream,
        pytest.raises(UsageError, match=r"output\.upscale\.on: changes the frame's size"),
    ):
        dream.set("output.upscale.on", "hit")
