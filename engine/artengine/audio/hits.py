"""Hits: the moments at which a level rises suddenly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from artengine.audio.analysis import HOP, WINDOW
from artengine.audio.decode import RATE

Numbers = npt.NDArray[np.float64]

_SPACING = 10
"""Measurements between two hits, 50 ms."""

_AROUND = 100
_THRESHOLD = 2.0
_WEAKEST = 0.1
# The level rises before the window's middle reaches a click, but after it reaches the start of a
# tone: this offset is a compromise.
_OFFSET = WINDOW / 4 / RATE


@dataclass(frozen=True, slots=True)
class Hits:
    """Times and strengths of hits.

    Args:
        times: seconds from the sound's start, ascending, float64 `(N,)`.
        strengths: strength of each, 0..1, float64 `(N,)`.
    """

    times: Numbers
    strengths: Numbers


def hits_of(rises: npt.NDArray[np.float32]) -> Hits:
    """Find hits.

    A hit is a peak of the rise, the largest within 50 ms, that stands out from the second around
    it. Its time is the centre of the rise.

    Args:
        rises: the rise of a level before each measurement, 0 or more.
    """
    count = len(rises)
    reach = np.pad(rises, _SPACING // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(reach, _SPACING + 1)
    summed = np.cumsum(np.pad(rises.astype(np.float64), (1, 0)))
    first = np.maximum(np.arange(count) - _AROUND, 0)
    last = np.minimum(np.arange(count) + _AROUND, count)
    usual = (summed[last] - summed[first]) / np.maximum(last - first, 1)
    peaks = np.flatnonzero((rises >= windows.max(axis=1)) & (rises > _THRESHOLD * usual))
    peaks = peaks[np.diff(peaks, prepend=-_SPACING) > _SPACING // 2]
    strengths = rises[peaks].astype(np.float64)
    if len(strengths) == 0 or strengths.max() <= 1e-6:
        return Hits(np.zeros(0), np.zeros(0))
    strengths = np.minimum(1.0, strengths / np.quantile(strengths, 0.9))
    kept = strengths >= _WEAKEST
    return Hits(_times(rises, peaks[kept]), strengths[kept])


def _times(rises: npt.NDArray[np.float32], peaks: npt.NDArray[np.intp]) -> Numbers:
    """Return the centres of rises around their peaks, in seconds."""
    reach = np.arange(-3, 4)
    places = np.clip(peaks[:, None] + reach, 0, len(rises) - 1)
    weight = rises[places].astype(np.float64)
    centres = (weight * (peaks[:, None] + reach)).sum(axis=1) / weight.sum(axis=1)
    # A rise lies between a measurement and the one before it.
    times: Numbers = np.maximum(0.0, (centres - 0.5) * HOP / RATE + _OFFSET)
    return times
