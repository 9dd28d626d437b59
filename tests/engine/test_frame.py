"""Conversion between frames and pictures."""

from __future__ import annotations

import numpy as np

from artengine.frame import to_frame, to_picture


def test_values_beyond_the_range_are_clipped() -> None:
    values = [-np.inf, -3.0, 0.0, 0.5, 1.0, 7.0, np.inf, np.nan]
    frame = np.repeat(np.array(values, np.float32), 3).reshape(1, -1, 3)
    picture = to_picture(frame)
    assert picture.dtype == np.uint8
    assert picture[0, :, 0].tolist() == [0, 0, 0, 128, 255, 255, 255, 0]
    np.testing.assert_array_equal(frame[0, :, 0], np.array(values, np.float32))


def test_every_picture_round_trips() -> None:
    picture = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    np.testing.assert_array_equal(to_picture(to_frame(picture)), picture)
