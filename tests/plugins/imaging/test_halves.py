"""Conversion of frames to and from half precision."""

from __future__ import annotations

import numpy as np

from artengine_plugins.imaging.halves import from_halves, to_halves


def test_rounding_equals_numpys_and_large_values_are_clipped() -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    representable = np.unique(every[np.isfinite(every)].astype(np.float64))
    ties = (representable[1:] + representable[:-1]) / 2.0
    extreme = [1e9, -1e30, 65519.9, 65520.0, 1e-9, -1e-9]
    values = np.concatenate([representable, ties, extreme]).astype(np.float32)
    frame = np.resize(values, (len(values) // 15, 5, 3))
    halves = np.empty(frame.shape, np.float16)
    to_halves(frame, halves)
    assert (halves == np.clip(frame, -65504.0, 65504.0).astype(np.float16)).all()
    assert (from_halves(halves) == halves.astype(np.float32)).all()
