"""Enlargement by a whole factor."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from artengine_plugins.imaging import directional, enlarge
from artengine_plugins.imaging.directional import double
from artengine_plugins.imaging.enlarge import enlarged


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("size", [(90, 150), (5, 3), (1, 1)])
def test_enlargement_equals_that_of_opencv(size: tuple[int, int], factor: int) -> None:
    frame = np.random.default_rng(1).normal(size=(size[1], size[0], 3)).astype(np.float32)
    larger = size[0] * factor, size[1] * factor
    expected = cv2.resize(frame, larger, interpolation=cv2.INTER_LANCZOS4)
    assert np.abs(enlarged(frame, factor) - expected).max() < 1e-4


def test_processing_in_strips_leaves_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = np.random.default_rng(1).normal(size=(300, 9, 3)).astype(np.float32)
    in_strips = double(frame), enlarged(frame, 2)
    for module in (directional, enlarge):
        monkeypatch.setattr(module, "_ROWS", 300)
    assert (double(frame) == in_strips[0]).all()
    assert (enlarged(frame, 2) == in_strips[1]).all()
