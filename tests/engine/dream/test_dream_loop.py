from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from artengine.chain import Chain
from artengine.dream.loop import DreamLoop, shown
from artengine.effect import Effect, FrameContext, State
from artengine.frame import Frame, Picture
from artengine.params import Binding
from artengine.settings import DreamSettings


def frame(value: float) -> Frame:
    """A frame of a value in steps of 8 bits, of which there may be more than 255."""
    return np.full((2, 2, 3), value / 255, dtype=np.float32)


def values(frames: Sequence[Frame | None]) -> list[float]:
    return [round(255 * float(f[0, 0, 0]), 3) for f in frames if f is not None]


def truths(start: int = 0) -> Iterator[Picture]:
    return (np.full((2, 2, 3), n, np.uint8) for n in count(start))


class Network:
    """Predicts 100 times the last frame it is shown, plus how often it was asked."""

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
    """Adds a random number and how many frames it has met."""

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


def loop(network: Network | None = None, source: Any = None, **changes: Any) -> DreamLoop:
    effects = changes.pop("effects", [])
    return DreamLoop(
        network or Network(),
        source or truths(),
        context=3,
        feedback=Chain([Binding(effect) for effect in effects], "feedback", 1),
        fps=10,
        seed=1,
        frames=changes.pop("frames", 6),
        resume=changes.pop("resume", None),
        settings=DreamSettings(**changes),
    )


def test_feeds_its_predictions_back() -> None:
    network = Network()
    turns = list(loop(network))
    assert network.seen[:4] == [[0, 1, 2], [1, 2, 1001], [2, 1001, 1002], [1001, 1002, 1003]]
    assert values([turn.truth for turn in turns]) == [3, 4, 5, 6, 7, 8]
    assert [turn.clock.index for turn in turns] == list(range(6))


@pytest.mark.parametrize(
    ("truth_frames", "slots", "third"), [(1, "oldest", [2, 1001, 1002]), (2, "newest", [2, 3, 4])]
)
def test_puts_truth_back(truth_frames: int, slots: str, third: list[float]) -> None:
    network = Network()
    list(loop(network, truth_frames=truth_frames, truth_slots=slots))
    assert network.seen[2] == third


def test_all_history_never_dreams() -> None:
    network = Network()
    list(loop(network, truth_frames=3))
    assert network.seen[4] == [4, 5, 6]


def test_turns_the_context_round() -> None:
    network = Network()
    list(loop(network, context_order="newest-first"))
    assert network.seen[:2] == [[2, 1, 0], [1001, 2, 1]]


def test_does_not_clip_what_is_fed_back() -> None:
    network = Network()
    turns = list(loop(network, effects=[AddNoiseAndCount()]))
    assert turns[0].fed[0, 0, 0] > 1 + 1001 / 255
    assert network.seen[1][-1:] == values([turns[0].fed])


def test_shows_what_is_asked_for() -> None:
    turn = next(iter(loop(effects=[AddNoiseAndCount()])))
    assert shown(turn, DreamSettings()) is turn.prediction
    assert shown(turn, DreamSettings(show="feedback")) is turn.fed


def test_ends_with_the_source() -> None:
    assert len(list(loop(source=islice(truths(), 7), frames=100))) == 4


def test_goes_on_where_it_stopped() -> None:
    whole = list(loop(effects=[AddNoiseAndCount()], truth_frames=1))
    first = loop(effects=[AddNoiseAndCount()], truth_frames=1)
    before = list(islice(iter(first), 3))
    snapshot = first.snapshot()
    list(first)  # which the snapshot does not notice
    rest = list(
        loop(effects=[AddNoiseAndCount()], truth_frames=1, resume=snapshot, source=truths(3 + 3))
    )
    assert snapshot.index == 3
    for a, b in zip(whole, before + rest, strict=True):
        np.testing.assert_array_equal(a.fed, b.fed)
        assert a.clock == b.clock
