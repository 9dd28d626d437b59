"""Runaway: how much of a film is brighter, darker, flatter or harsher than its clip is there.

The frame is divided into 16x16 regions. In each, the mean and the deviation of luma keep to a range
in the clip: from the least to the most that the region and the eight around it ever have. A film's
region is *outside* when one of both lies beyond that range by more than a tenth of its width and 4
of 255 steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture

REGIONS = 16
"""How many regions there are across and down."""

ROOM = 0.1
"""How far beyond the clip's range a region may be, as a share of the range."""

STEPS = 4.0
"""And in steps of 255 beside that."""

Ranges = npt.NDArray[np.float32]
"""Least and most of each measure, float32 `(2, 16, 16, 2)`."""


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
        """All frames, float16 `(N, 16, 16, 2)`."""
        return np.stack(self._kept)

    def ranges(self) -> Ranges:
        """What the regions keep to, of the clip."""
        every = self.stacked().astype(np.float32)
        around = np.ones((3, 3), np.uint8)
        least = cv2.erode(every.min(axis=0), around)
        most = cv2.dilate(every.max(axis=0), around)
        room = ROOM * (most - least) + STEPS
        return np.stack([least - room, most + room]).astype(np.float32)


def runaway(film: Regions, clip: Ranges, first: int = 0) -> float:
    """Share of the regions that are outside, 0..1.

    Args:
        film: the film's regions.
        clip: what `Regions.ranges` gives of its clip, read at the film's size.
        first: the frame of the film from which regions count.
    """
    every = film.stacked()[first:]
    outside = ((every < clip[0]) | (every > clip[1])).any(axis=-1)
    return float(outside.mean())
