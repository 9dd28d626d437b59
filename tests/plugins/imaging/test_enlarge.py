"""Enlargement by a whole factor."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from artengine_plugins.imaging.enlarge import enlarged


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("size", [(90, 150), (5, 3), (1, 1)])
def test_enlarges_as_opencv_does(size: tuple[int, int], factor: int) -> None:
    frame = np.random.default_rng(1).normal(size=(size[1], size[0], 3)).astype(np.float32)
    larger = size[0] * factor, size[1] * factor
    expected = cv2.resize(frame, larger, interpolation=cv2.INTER_LANCZOS4)
    assert np.abs(enlarged(frame, factor) - expected).max() < 1e-4
