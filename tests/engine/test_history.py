import numpy as np
import pytest

from artengine.frame import Frame
from artengine.history import History


def frame(value: float) -> Frame:
    return np.full((2, 2, 3), value, dtype=np.float32)


def values(frames: tuple[Frame | None, ...]) -> list[float | None]:
    return [None if f is None else float(f[0, 0, 0]) for f in frames]


def test_drops_the_oldest_and_keeps_the_order() -> None:
    history = History([frame(0), frame(1), frame(2)])
    history.push(frame(30), frame(3))
    assert values(history.frames) == [1, 2, 30]
    assert values(history.truth) == [1, 2, 3]


def test_puts_slots_back_to_the_truth_of_their_own_moment() -> None:
    history = History([frame(0), frame(1), frame(2)])
    for truth in (3, 4, 5):
        history.push(frame(truth * 10), frame(truth))
    history.put_back(range(2))
    assert values(history.frames) == [3, 4, 50]


def test_cannot_put_back_what_was_not_read() -> None:
    history = History([frame(0), frame(1)])
    history.push(frame(20), None)
    assert values(history.truth) == [1, None]
    history.put_back([0])
    with pytest.raises(ValueError, match="not read"):
        history.put_back([1])


def test_needs_a_frame() -> None:
    with pytest.raises(ValueError, match="at least one"):
        History([])


def test_restores() -> None:
    history = History([frame(0), frame(1)])
    other = History([frame(8), frame(9)])
    other.restore(history.frames, history.truth)
    assert values(other.frames) == [0, 1]
