"""Dreams of recurrent networks: warm-up on the truth, and effects on their state."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from artengine.binding import Binding
from artengine.catalog import Catalog
from artengine.curves import Clock
from artengine.dream.loop import Turn
from artengine.dream.session import Dream
from artengine.dream.state import StateChain, from_frames, to_frames
from artengine.errors import PluginError, PresetError, SourceError, UsageError
from artengine.frame import Frame
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.preset import Preset, parse_preset
from artengine_plugins.effects.blend import Blend
from artengine_plugins.effects.noise import Noise
from artengine_plugins.effects.trails import Trails


def table(*state: dict[str, Any], **dream: Any) -> dict[str, Any]:
    return {
        "source": {"use": "video", "path": "clip.mp4"},
        "model": {"use": "convlstm", "width": 8, "context": 2},
        "dream": {"size": [40, 24], "frames": 5, "warmup": 3, **dream},
        "state": list(state),
        "seed": 3,
    }


@pytest.fixture
def make_preset(catalog: Catalog, bikes: Path) -> Any:
    def parse(*state: dict[str, Any], **dream: Any) -> Preset:
        return parse_preset(table(*state, **dream), catalog, [f"source.path={bikes}"])

    return parse


@pytest.fixture(scope="module")
def predict(catalog: Catalog, bikes: Path) -> Predictor:
    make_deterministic(0)
    model = parse_preset(table(), catalog, [f"source.path={bikes}"]).model
    return Predictor(model, model.build())


def turns_of(preset: Preset, predict: Predictor) -> list[Turn]:
    with Dream(preset, predict=predict, truth=True) as dream:
        return list(dream.turns())


def truths(turns: list[Turn]) -> list[Frame]:
    return [turns_of.truth for turns_of in turns if turns_of.truth is not None]


def frames(turns: list[Turn]) -> npt.NDArray[np.float32]:
    return np.stack([turns_of.prediction for turns_of in turns])


def test_a_warm_up_steps_through_the_truth_and_the_film_begins_after_it(
    make_preset: Any, predict: Predictor
) -> None:
    cold, warm = turns_of(make_preset(warmup=0), predict), turns_of(make_preset(), predict)
    np.testing.assert_array_equal(truths(warm)[0], truths(cold)[3])
    # By hand: the cell was stepped through the two frames of the context and the truth after them.
    truth = [*cold[0].context_frames, *truths(cold)]
    predict.reset()
    for first in range(3):
        predict(truth[first : first + 2])
    np.testing.assert_array_equal(predict(truth[3:5]), warm[0].prediction)
    predict.reset()
    assert np.abs(predict(truth[3:5]) - warm[0].prediction).max() > 1e-5


def test_the_model_has_a_default_warm_up(make_preset: Any, predict: Predictor) -> None:
    eight, own = (
        turns_of(make_preset(warmup=8), predict),
        turns_of(make_preset(warmup=None), predict),
    )
    np.testing.assert_array_equal(frames(eight), frames(own))
    assert not np.array_equal(frames(eight), frames(turns_of(make_preset(), predict)))


def test_effects_process_the_state(make_preset: Any, predict: Predictor) -> None:
    plain = frames(turns_of(make_preset(), predict))
    processed = frames(turns_of(make_preset({"use": "noise", "amount": 0.5}), predict))
    # The first prediction precedes any processing of the state.
    np.testing.assert_array_equal(plain[0], processed[0])
    assert np.abs(plain[1] - processed[1]).mean() > 1e-3
    nothing = frames(turns_of(make_preset({"use": "noise", "amount": 0.0}), predict))
    np.testing.assert_allclose(plain, nothing, atol=1e-4)


def test_resumes_bit_for_bit(make_preset: Any, predict: Predictor) -> None:
    preset = make_preset({"use": "trails"}, {"use": "noise", "amount": 0.2})
    whole = frames(turns_of(preset, predict))
    with Dream(preset, predict=predict) as dream:
        before = list(islice(dream.turns(), 2))
        snapshot = dream.snapshot()
    with Dream(preset, predict=predict, resume=snapshot) as dream:
        after = list(dream.turns())
    np.testing.assert_array_equal(whole, frames(before + after))


def test_a_parameter_of_the_state_can_be_changed(make_preset: Any, predict: Predictor) -> None:
    preset = make_preset({"use": "noise", "amount": 0.0})
    plain = frames(turns_of(preset, predict))
    with Dream(preset, predict=predict) as dream:
        turns = dream.turns()
        changed = list(islice(turns, 2))
        dream.set("state.0.amount", 0.5)
        changed += list(turns)
        with pytest.raises(UsageError, match=r'\[\[state\]\] has no "1"; it has noise'):
            dream.set("state.1.amount", 0.5)
        with pytest.raises(UsageError, match=r"state\.noise\.amount"):
            dream.set("state.0.amount", "loud")
    differs = [not np.array_equal(*pair) for pair in zip(plain, frames(changed), strict=True)]
    assert differs == [False, False, False, True, True]


def test_changes_persist_in_a_resumed_dream(make_preset: Any, predict: Predictor) -> None:
    preset = make_preset({"use": "noise", "amount": 0.0})
    with Dream(preset, predict=predict) as dream:
        turns = dream.turns()
        next(turns)
        dream.set("state.0.amount", 0.4)
        dream.set("state.0.amount", 0.5)
        dream.set("model.memory", 0.5)
        snapshot = dream.snapshot()
        rest = list(turns)
    with Dream(preset, predict=predict, resume=snapshot) as dream:
        assert dream.snapshot().changes == snapshot.changes
        np.testing.assert_array_equal(frames(rest), frames(list(dream.turns())))
    with pytest.raises(UsageError, match="belongs to another dream"):
        Dream(make_preset(), predict=predict, resume=snapshot)


def numbers(part: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    return np.asarray(part, np.float32)


def clock(index: int) -> Clock:
    return Clock(index, 10, 5)


def truth(value: float = 0.5) -> Frame:
    return np.full((16, 24, 3), value, np.float32)


@pytest.mark.parametrize("channels", range(1, 8))
def test_channels_are_shown_three_at_a_time(channels: int) -> None:
    part = np.random.default_rng(0).uniform(-1, 1, (1, 4, 6, channels)).astype(np.float32)
    shown = to_frames(part)
    assert [frame.shape for frame in shown] == [(4, 6, 3)] * -(-channels // 3)
    assert all(0 <= frame.min() <= frame.max() <= 1 for frame in shown)
    np.testing.assert_array_equal(shown[0][..., 0], part[0, ..., 0] / 2 + np.float32(0.5))
    np.testing.assert_array_equal(shown[-1][..., 2], part[0, ..., -1] / 2 + np.float32(0.5))
    np.testing.assert_allclose(numbers(from_frames(shown, part)), part, atol=1e-6)


def test_effects_keep_separate_state_for_each_frame_of_the_state() -> None:
    chain = StateChain([Binding(Trails(decay=1.0))], 0)
    first, second = np.zeros((1, 4, 6, 6), np.float32), np.zeros((1, 4, 6, 6), np.float32)
    first[..., :3] = 1.0
    chain.apply([first], clock(0), truth(), ())
    (ghost,) = chain.apply([second], clock(1), truth(), ())
    assert numbers(ghost)[..., :3].mean() > 0.5
    np.testing.assert_allclose(numbers(ghost)[..., 3:], 0.0, atol=1e-6)


def test_curves_on_the_state_resume_bit_for_bit(catalog: Catalog) -> None:
    table = {"amount": "0.5 * walk(3)", "mix": "lag(rand(), 0.1)"}
    effects = [Binding.parse(Noise, table, catalog.curves)]
    parts = [np.zeros((1, 4, 6, 5), np.float32), np.zeros((1, 2, 3, 3), np.float32)]

    def film(chain: StateChain, first: int, last: int) -> list[Any]:
        return [
            [part.copy() for part in chain.apply(parts, clock(index), None, ())]
            for index in range(first, last)
        ]

    whole = film(StateChain(effects, 1), 0, 6)
    begun, resumed = StateChain(effects, 1), StateChain(effects, 1)
    film(begun, 0, 3)
    resumed.restore(begun.state())
    for expected, result in zip(whole[3:], film(resumed, 3, 6), strict=True):
        for one, other in zip(expected, result, strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_truth_is_resized_to_each_part_of_the_state() -> None:
    parts = [np.zeros((1, 4, 6, 3), np.float32), np.zeros((1, 2, 3, 4), np.float32)]
    processed = StateChain([Binding(Blend(amount=1.0))], 0).apply(parts, clock(0), truth(1.0), ())
    for part, result in zip(parts, processed, strict=True):
        np.testing.assert_allclose(numbers(result), np.ones_like(part), atol=1e-6)


def test_parts_that_are_no_pictures_are_kept_and_at_least_one_must_be() -> None:
    chain = StateChain([Binding(Noise(amount=1.0))], 0)
    count, whole = np.ones((1,), np.float32), np.ones((1, 2, 2, 3), np.int32)
    field = np.zeros((1, 2, 2, 3), np.float32)
    processed = chain.apply([count, field, whole], clock(0), truth(), ())
    assert processed[0] is count
    assert processed[2] is whole
    assert np.abs(numbers(processed[1])).max() > 0.1
    with pytest.raises(PluginError, match="nothing to process"):
        chain.apply([count, whole], clock(0), truth(), ())


@pytest.mark.parametrize("name", ["automaton", "convlstm", "recall"])
def test_a_model_says_whether_its_state_is_spatial(catalog: Catalog, name: str) -> None:
    model = catalog.get("model", name).model_validate({})
    predict = Predictor(model, model.build())
    predict([np.zeros((32, 32, 3), np.float32)] * model.context)
    chain = StateChain([Binding(Noise(amount=1.0))], 0)
    with (
        nullcontext()
        if model.has_spatial_state
        else pytest.raises(PluginError, match="nothing to process")
    ):
        chain.apply(predict.state(), clock(0), truth(), ())


def test_settings_without_effect_on_the_network_are_refused(catalog: Catalog, bikes: Path) -> None:
    own = table({"use": "noise"}, truth_frames=1)
    path = f"source.path={bikes}"
    with pytest.raises(PresetError) as caught:
        parse_preset(own, catalog, [path])
    (problem,) = caught.value.problems
    assert "dream.truth_frames" in problem
    assert "[[feedback]]" in problem
    own["model"] = {"use": "swift"}
    with pytest.raises(PresetError) as caught:
        parse_preset(own, catalog, [path])
    assert [problem.split(":")[1].strip() for problem in caught.value.problems] == [
        "dream.warmup",
        "state",
    ]
    assert all("convlstm" in problem for problem in caught.value.problems)
    own["model"] = {"use": "recall"}
    with pytest.raises(PresetError) as caught:
        parse_preset(own, catalog, [path, "dream.truth_frames=0"])
    (problem,) = caught.value.problems
    assert problem.endswith(
        'state: "recall" carries no state that effects can process from frame to frame; remove '
        "this, or take a model that does: automaton, convlstm"
    )
    own["model"] = {"use": "convlstm"}
    own["state"] = [{"use": "upscale"}]
    with pytest.raises(PresetError, match="what is remembered must keep it"):
        parse_preset(own, catalog, [path, "dream.truth_frames=0"])


@pytest.mark.parametrize(
    ("truth_frames", "slots", "order"),
    [(1, "newest", "oldest-first"), (1, "oldest", "newest-first"), (2, "oldest", "oldest-first")],
)
def test_truth_frames_change_the_film_in_every_context_order(
    make_preset: Any, predict: Predictor, truth_frames: int, slots: str, order: str
) -> None:
    preset = make_preset(truth_frames=truth_frames, truth_slots=slots, context_order=order)
    free = make_preset(context_order=order)
    assert not np.array_equal(
        frames(turns_of(preset, predict))[-1], frames(turns_of(free, predict))[-1]
    )


def test_a_clip_shorter_than_the_warm_up_is_an_error(make_preset: Any, predict: Predictor) -> None:
    preset = make_preset(warmup=300)
    short = replace(preset, source=preset.source.model_copy(update={"at_end": "stop"}))
    with Dream(short, predict=predict) as dream, pytest.raises(SourceError) as caught:
        next(dream.turns())
    assert "than the 302 the network begins with" in str(caught.value)
    assert "dream.warmup" in str(caught.value)
