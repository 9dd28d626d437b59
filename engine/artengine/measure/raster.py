"""Raster: how strongly a regular grid of a few pixels shows in a film's pictures, in decibels.

Networks that upsample leave a grid with a period of 2, 4 or 8 pixels, the checkerboard artifacts of
Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts" (2016). In the power spectrum
it is a narrow peak at a multiple of 1/8 cycles a pixel; other pictures are smooth there.

The power spectrum of luma under a Hann window is summed over 24 frames, evenly spread from frame 24
on. At each frequency (i/8, j/8) cycles a pixel except (0, 0), the mean power within 2 bins is
divided by the median of the ring of 5 to 10 bins around it. On the axes, which straight edges along
the frame fill with power, only the part of the ring along the axis is used. The raster is the mean
of the three highest ratios.

Real clips have 1 to 6 dB, the higher ones from their codec's blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture
from artengine.measure.spread import Spread

Luma: TypeAlias = npt.NDArray[np.uint8]
"""Luma of a picture, uint8 `(H, W)`."""

FIRST = 24
"""The first frame that is used; a film that ends before frame 48 is used from its beginning."""

PICTURES = 24
"""The largest number of pictures to analyse."""

PERIOD = 8
"""The longest period of a raster that is detected, in pixels."""

PEAK = 2.0
RING = (5.0, 10.0)
"""Bins around a frequency that belong to its peak, and to the ring it is compared with."""

HIGHEST = 3
"""The number of highest ratios that are averaged."""

LEAST_POWER = 0.01
"""Power per pixel, in squared steps of 255, added to every frequency: a tenth of the noise of
rounding to 8 bits, so that a picture of one colour has no raster."""

LEAST = 64
"""Width and height of the smallest picture whose raster is measured: in a smaller one the rings
reach from one frequency to the next."""

LARGEST = 1024
"""Larger pictures are cropped to their middle of this side."""


@dataclass
class RasterSamples:
    """Lumas of a film, evenly spread, in memory that does not grow with its length."""

    _early: list[Luma] = field(default_factory=list)
    _later: Spread[Luma] = field(default_factory=lambda: Spread(2 * PICTURES))

    def feed(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`."""
        if len(self._early) < FIRST:
            self._early.append(_luma(picture))
        else:
            self._later.feed(lambda: _luma(picture))

    def take(self) -> list[Luma]:
        """Return at most 24 lumas, from frame 24 on if there are 24 of them."""
        later = self._later.kept
        kept = later if len(later) >= PICTURES else self._early + later
        places = np.linspace(0, len(kept) - 1, min(PICTURES, len(kept)))
        return [kept[place] for place in np.rint(places).astype(int)]


def raster(samples: RasterSamples) -> float | None:
    """Return the raster of a film, in decibels; None for pictures under 64 pixels a side."""
    lumas = samples.take()
    height, width = lumas[0].shape
    if min(height, width) < LEAST:
        return None
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.full((height, width), LEAST_POWER * np.square(window).sum())
    for luma in lumas:
        power += np.square(np.abs(np.fft.fft2(window * (luma - luma.mean()))))
    ratios = [
        _ratio(power, down, across)
        for down in range(PERIOD)
        for across in range(PERIOD)
        if down or across
    ]
    return float(np.mean(sorted(ratios)[-HIGHEST:]))


def _ratio(power: npt.NDArray[np.float64], down: int, across: int) -> float:
    """Return the peak at (down / 8, across / 8) cycles a pixel over its ring, in decibels."""
    height, width = power.shape
    rows, y = _bins_around(down * height / PERIOD)
    columns, x = _bins_around(across * width / PERIOD)
    distance = np.hypot(y[:, None], x)
    ring = (distance >= RING[0]) & (distance <= RING[1])
    if down == 0:
        ring &= np.abs(y)[:, None] <= PEAK
    if across == 0:
        ring &= np.abs(x) <= PEAK
    near = power[np.ix_(rows % height, columns % width)]
    return float(10.0 * np.log10(near[distance <= PEAK].mean() / np.median(near[ring])))


def _bins_around(centre: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the bins around a place along an axis, and their distances from it."""
    bins = np.arange(np.ceil(centre - RING[1]), np.floor(centre + RING[1]) + 1, dtype=np.float64)
    return bins.astype(np.int64), bins - centre


def _luma(picture: Picture) -> Luma:
    height, width = picture.shape[:2]
    top, left = max(0, height - LARGEST) // 2, max(0, width - LARGEST) // 2
    middle = np.ascontiguousarray(picture[top : top + LARGEST, left : left + LARGEST])
    return np.asarray(cv2.cvtColor(middle, cv2.COLOR_RGB2GRAY), np.uint8)
