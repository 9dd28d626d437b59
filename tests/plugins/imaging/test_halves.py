"""Frames in half precision."""

from __future__ import annotations

import numpy as np

from artengine_plugins.imaging.halves import from_halves, to_halves


def test_rounds_as_numpy_does_and_cuts_what_is_too_large() -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    known = np.unique(every[np.isfinite(every)].astype(np.float64))
    ties = (known[1:] + known[:-1]) / 2.0
    wild = [1e9, -1e30, 65519.9, 65520.0, 1e-9, -1e-9]
    values = np.concatenate([known, ties, wild]).astype(np.float32)
    frame = np.resize(values, (len(values) // 15, 5, 3))
    halves = np.empty(frame.shape, np.float16)
    to_halves(frame, halves)
    assert (halves == np.clip(frame, -65504.0, 65504.0).astype(np.float16)).all()
    assert (from_halves(halves) == halves.astype(np.float32)).all()
