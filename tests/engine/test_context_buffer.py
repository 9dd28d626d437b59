import numpy as np
import pytest

from artengine.context_buffer import ContextBuffer
from artengine.frame import Frame, Picture, to_frame


def picture(value: int) -> Picture:
    return np.full((2, 2, 3), value, dtype=np.uint8)


def frame(value: int) -> Frame:
    return to_frame(picture(value))


def pictures(*numbers: int) -> list[Picture]:
    return [picture(value) for value in numbers]


def values(frames: tuple[Frame, ...]) -> list[int]:
    return [round(255 * float(f[0, 0, 0])) for f in frames]


def test_drops_the_oldest_and_keeps_the_order() -> None:
    context = ContextBuffer.of(pictures(0, 1, 2))
    after = context.push(frame(30), picture(3))
    assert values(after.frames) == [1, 2, 30]
    np.testing.assert_array_equal(after.truth, pictures(1, 2, 3))
    assert values(context.frames) == [0, 1, 2]


def test_replaces_slots_by_the_truth_of_the_same_time() -> None:
    context = ContextBuffer.of(pictures(0, 1, 2))
    for truth in (3, 4, 5):
        context = context.push(frame(truth * 10), picture(truth))
    forced = context.with_truth(range(2))
    assert values(forced.frames) == [3, 4, 50]
    assert values(context.frames) == [30, 40, 50]
    again = forced.with_truth(range(2))
    assert [a is b for a, b in zip(again.frames, forced.frames, strict=True)] == [True] * 3


def test_cannot_replace_a_frame_whose_truth_was_not_read() -> None:
    context = ContextBuffer.of(pictures(0, 1)).push(frame(20), None).push(frame(30), picture(3))
    with pytest.raises(ValueError, match="not read"):
        context.with_truth([0])
    assert values(context.with_truth([1]).frames) == [20, 3]


def test_the_truth_is_read_only() -> None:
    context = ContextBuffer.of(pictures(0, 1)).push(frame(20), picture(2)).with_truth([1])
    for result in context.frames:
        with pytest.raises(ValueError, match="read-only"):
            result[0, 0] = 1


def test_an_empty_context_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ContextBuffer.of([])
