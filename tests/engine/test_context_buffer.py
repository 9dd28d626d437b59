import numpy as np
import pytest

from artengine.context_buffer import ContextBuffer
from artengine.frame import Frame, Picture, to_frame


def picture(value: int) -> Picture:
    return np.full((2, 2, 3), value, dtype=np.uint8)


def frame(value: int) -> Frame:
    return to_frame(picture(value))


def pictures(*found: int) -> list[Picture]:
    return [picture(value) for value in found]


def values(found: tuple[Frame, ...]) -> list[int]:
    return [round(255 * float(f[0, 0, 0])) for f in found]


def test_drops_the_oldest_and_keeps_the_order() -> None:
    context_frames = ContextBuffer.of(pictures(0, 1, 2))
    context_frames.push(frame(30), picture(3))
    assert values(context_frames.frames) == [1, 2, 30]
    np.testing.assert_array_equal(context_frames.truth, pictures(1, 2, 3))


def test_puts_slots_back_to_the_truth_of_their_own_moment() -> None:
    context_frames = ContextBuffer.of(pictures(0, 1, 2))
    for truth in (3, 4, 5):
        context_frames.push(frame(truth * 10), picture(truth))
    context_frames.put_back(range(2))
    assert values(context_frames.frames) == [3, 4, 50]
    again = context_frames.frames
    context_frames.put_back(range(2))
    assert [one is other for one, other in zip(again, context_frames.frames, strict=True)] == [
        True
    ] * 3


def test_cannot_put_back_what_was_not_read() -> None:
    context_frames = ContextBuffer.of(pictures(0, 1))
    context_frames.push(frame(20), None)
    context_frames.push(frame(30), picture(3))
    with pytest.raises(ValueError, match="not read"):
        context_frames.put_back([0])
    context_frames.put_back([1])
    assert values(context_frames.frames) == [20, 3]


def test_nobody_writes_to_the_truth() -> None:
    context_frames = ContextBuffer.of(pictures(0, 1))
    context_frames.push(frame(20), picture(2))
    context_frames.put_back([1])
    for found in context_frames.frames:
        with pytest.raises(ValueError, match="read-only"):
            found[0, 0] = 1


def test_needs_a_frame() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ContextBuffer.of([])


def test_goes_on_where_another_stopped() -> None:
    context_frames = ContextBuffer.of(pictures(0, 1))
    context_frames.push(frame(20), picture(2))
    other = ContextBuffer(context_frames.frames, context_frames.truth)
    assert values(other.frames) == [1, 20]
    other.put_back([1])
    assert values(other.frames) == [1, 2]
    assert values(context_frames.frames) == [1, 20]
