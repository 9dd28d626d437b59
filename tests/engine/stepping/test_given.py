"""Frames in the layouts of graph inputs."""

from __future__ import annotations

from weakref import ref

import numpy as np
import pytest

from artengine.frame import Frame
from artengine.stepping.given import GivenFrame


def frame(height: int, width: int) -> Frame:
    return np.random.default_rng(0).uniform(-1, 2, (height, width, 3)).astype(np.float32)


@pytest.mark.parametrize("missing", [(0, 0), (8, 0), (0, 4), (3, 5)])
def test_frames_are_padded(missing: tuple[int, int]) -> None:
    # A crop of a larger frame, whose rows are not contiguous.
    part = frame(40, 64)[3:19, 5:37]
    filled = np.pad(part, (*((0, more) for more in missing), (0, 0)), mode="edge")
    given = GivenFrame(part, missing)
    assert given.shape == filled.shape
    np.testing.assert_array_equal(given.whole, filled)
    np.testing.assert_array_equal(given.planes, filled.transpose(2, 0, 1))


def test_a_contiguous_frame_is_not_copied() -> None:
    whole = frame(8, 8)
    whole.flags.writeable = False
    shared = GivenFrame(whole).whole
    assert shared.flags.writeable
    assert shared.ctypes.data == whole.ctypes.data
    np.testing.assert_array_equal(shared, whole)
    # The view keeps the frame alive.
    held = ref(whole)
    del whole
    assert held() is not None


def test_memory_of_a_spent_frame_is_reused_once() -> None:
    first = GivenFrame(frame(8, 8), (2, 0))
    laid = first.planes
    other = GivenFrame(1 - frame(8, 8), (2, 0), first)
    assert np.shares_memory(other.planes, laid)
    again = first.planes
    assert not np.shares_memory(again, laid)
    np.testing.assert_array_equal(again[:, :8], frame(8, 8).transpose(2, 0, 1))
    np.testing.assert_array_equal(laid[:, :8], 1 - frame(8, 8).transpose(2, 0, 1))
    # Memory of another size is not reused, nor that of a frame that was not copied.
    assert not np.shares_memory(GivenFrame(frame(8, 8), spent=first).planes, again)
    shared = GivenFrame(frame(10, 8))
    assert not np.shares_memory(GivenFrame(frame(8, 8), (2, 0), shared).whole, shared.whole)
