from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from artengine.binding import Binding
from artengine.chain import Chain
from artengine.curves import Scope
from artengine.curves.driven import CurveSet
from artengine.curves.named import NamedSignals
from artengine.dream.bend_masks import BendMasks, BentPlaces
from artengine.dream.loop import DreamLoop, Turn
from artengine.dream.state import StateChain
from artengine.dream.steering import Steering
from artengine.effect import Effect, FrameContext, State
from artengine.errors import PluginError
from artengine.frame import Frame, Picture
from artengine.settings import DreamSettings
from artengine_plugins.models.swift import Swift


def frame(value: float) -> Frame:
    """Return a frame of a value in units of 1/255, which may be above 255."""
    return np.full((2, 2, 3), value / 255, dtype=np.float32)


def values(frames: Sequence[Frame | None]) -> list[float]:
    return [round(255 * float(f[0, 0, 0]), 3) for f in frames if f is not None]


def truths(start: int = 0) -> Iterator[Picture]:
    return (np.full((2, 2, 3), n, np.uint8) for n in count(start))


class Network:
    """Predicts 1000 plus the number of its calls."""

    def __init__(self) -> None:
        self.asked = 0
        self.seen: list[list[float]] = []

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        self.seen.append(values(frames))
        self.asked += 1
        return frame(1000 + self.asked)

    def reset(self) -> None:
        self.asked = 0

    def state(self) -> list[npt.NDArray[np.generic]]:
        return [np.array([self.asked])]

    def restore(self, state: Sequence[npt.NDArray[np.generic]]) -> None:
        self.asked = int(state[0][0])


class AddNoiseAndCount(Effect):
    """Adds a random number and the number of frames it has processed."""

    name: ClassVar[str] = "add-noise-and-count"
    _met: int = 0

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        self._met += 1
        return frame + np.float32(self._met) + now.rng.random(dtype=np.float32)

    def reset(self) -> None:
        self._met = 0

    def state(self) -> State:
        return {"met": np.array([self._met])}

    def restore(self, state: State) -> None:
        self._met = int(state["met"][0])


def loop(network: Network | None = None, frames: int = 6, **changes: Any) -> DreamLoop:
    effects = changes.pop("effects", [])
    scope = Scope(10, frames, 1)
    return DreamLoop(
        network=network or Network(),
        described="the network",
        steering=Steering(NamedSignals({}, scope), Binding(Swift()), CurveSet({}), scope),
        bend_masks=BendMasks(BentPlaces(), scope, {}),
        context=3,
        warmup=0,
        feedback=Chain([Binding(effect) for effect in effects], "feedback", 1),
        state_chain=StateChain((), 1),
        settings=DreamSettings(**changes),
        fps=10,
        seed=1,
        frames=frames,
    )


def turns_of(loop: DreamLoop) -> list[Turn]:
    """Return a film with the source frames 0, 1, 2 and so on."""
    pictures, turns = truths(), []
    state = loop.start(pictures)
    for picture in islice(pictures, loop.frames):
        state, turn = loop.step(state, picture)
        turns.append(turn)
    return turns


def test_feeds_its_predictions_back() -> None:
    network = Network()
    turns = turns_of(loop(network))
    assert network.seen[:4] == [[0, 1, 2], [1, 2, 1001], [2, 1001, 1002], [1001, 1002, 1003]]
    assert values([turn.truth for turn in turns]) == [3, 4, 5, 6, 7, 8]
    assert [turn.clock.index for turn in turns] == list(range(6))


@pytest.mark.parametrize(
    ("truth_frames", "slots", "third"), [(1, "oldest", [2, 1001, 1002]), (2, "newest", [2, 3, 4])]
)
def test_truth_frames_replace_frames_of_the_context(
    truth_frames: int, slots: str, third: list[float]
) -> None:
    network = Network()
    turns_of(loop(network, truth_frames=truth_frames, truth_slots=slots))
    assert network.seen[2] == third


def test_truth_in_every_slot_disables_feedback() -> None:
    network = Network()
    turns_of(loop(network, truth_frames=3))
    assert network.seen[4] == [4, 5, 6]


def test_the_context_can_be_shown_newest_first() -> None:
    network = Network()
    turns_of(loop(network, context_order="newest-first"))
    assert network.seen[:2] == [[2, 1, 0], [1001, 2, 1]]


def test_fed_back_frames_are_not_clipped() -> None:
    network = Network()
    turns = turns_of(loop(network, effects=[AddNoiseAndCount()]))
    assert turns[0].fed[0, 0, 0] > 1 + 1001 / 255
    assert network.seen[1][-1:] == values([turns[0].fed])


def test_a_step_does_not_change_its_input_state() -> None:
    first = loop(truth_frames=1)
    state = first.start(truths())
    frames = state.context.frames
    after, turn = first.step(state, np.full((2, 2, 3), 3, np.uint8))
    assert (state.index, state.context.frames) == (0, frames)
    assert after.index == 1
    assert after.context.frames[-1] is turn.fed


def test_a_warm_up_steps_the_network_through_the_truth() -> None:
    network = Network()
    state = replace(loop(network), warmup=2).start(truths())
    assert network.seen == [[0, 1, 2], [1, 2, 3]]
    assert values(state.context.frames) == [2, 3, 4]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_prediction_that_is_not_finite_is_an_error(wrong: float) -> None:
    class Broken(Network):
        def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
            predicted = super().__call__(frames, seed)
            if seed[1] == 1:
                predicted[1, 1, 2] = wrong
            return predicted

    with pytest.raises(PluginError, match="frame 1: the network predicted nan or inf; train"):
        turns_of(loop(Broken()))


def test_a_context_with_huge_values_is_blamed_on_the_feedback_effects() -> None:
    class Broken(Network):
        def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
            return frame(255e9 if seed[1] == 0 else np.inf)

    with pytest.raises(PluginError, match=r"fed values up to 1e\+09; weaken the \[\[feedback\]\]"):
        turns_of(loop(Broken()))


def test_large_finite_values_are_no_error() -> None:
    class Large(Network):
        def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
            return np.full((2, 2, 3), 3e38, np.float32)

    assert len(turns_of(loop(Large()))) == 6
