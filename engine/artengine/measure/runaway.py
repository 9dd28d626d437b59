"""Runaway: how much of a film is brighter, darker, flatter or harsher than its clip in that place.

The frame is divided into 16x16 regions. The clip gives a range for the mean and the deviation of
luma in each: from the minimum to the maximum over the region and the eight around it, over all
frames. A film's region is *outside* when one of the two lies beyond its range by more than a tenth
of its width plus 4 of 255 steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture

REGIONS = 16
"""The number of regions across and down."""

ROOM = 0.1
"""How far beyond the clip's range a region may be, as a share of the range."""

STEPS = 4.0
"""Tolerance in addition to that, in steps of 255."""

Ranges = npt.NDArray[np.float32]
"""Minimum and maximum of each measure, float32 `(2, 16, 16, 2)`."""


@dataclass
class Regions:
    """Mean and deviation of luma in each region of each frame, in steps of 255."""

    _kept: list[npt.NDArray[np.float16]] = field(default_factory=list)

    def feed(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`."""
        luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        means, squares = (
            cv2.resize(plane, (REGIONS, REGIONS), interpolation=cv2.INTER_AREA).astype(np.float64)
            for plane in (luma, luma * luma)
        )
        deviations = np.sqrt(np.maximum(squares - means * means, 0.0))
        self._kept.append(np.stack([means, deviations], axis=-1).astype(np.float16))

    def stacked(self) -> npt.NDArray[np.float16]:
        """Return all frames, float16 `(N, 16, 16, 2)`."""
        return np.stack(self._kept)

    def ranges(self) -> Ranges:
        """Return the ranges within which the regions of a film may lie."""
        every = self.stacked().astype(np.float32)
        around = np.ones((3, 3), np.uint8)
        least = cv2.erode(every.min(axis=0), around)
        most = cv2.dilate(every.max(axis=0), around)
        room = ROOM * (most - least) + STEPS
        return np.stack([least - room, most + room]).astype(np.float32)


def runaway(film: Regions, clip: Ranges, first: int = 0) -> float:
    """Return the share of regions that are outside, 0..1.

    Args:
        film: the film's regions.
        clip: `Regions.ranges` of its clip, read at the film's size.
        first: the first frame of the film that counts.
    """
    every = film.stacked()[first:]
    outside = ((every < clip[0]) | (every > clip[1])).any(axis=-1)
    return float(outside.mean())
