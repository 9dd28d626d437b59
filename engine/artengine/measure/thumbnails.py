"""Every frame of a film, very small: measures over time use these."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture

SIDE = 32
"""Width and height of a thumbnail."""

MOST = 16_384
"""The largest number of frames to keep: 48 MiB, nine minutes at 30 frames a second."""


@dataclass
class Thumbnails:
    """The first 16,384 frames of a film at 32x32, averaged over areas."""

    _kept: list[npt.NDArray[np.uint8]] = field(default_factory=list)

    def feed(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`."""
        if len(self._kept) < MOST:
            small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            self._kept.append(np.asarray(small, np.uint8))

    def __len__(self) -> int:
        return len(self._kept)

    def stacked(self) -> npt.NDArray[np.uint8]:
        """Return all thumbnails, uint8 `(N, 32, 32, 3)`."""
        return np.stack(self._kept) if self._kept else np.zeros((0, SIDE, SIDE, 3), np.uint8)


def lumas(
    pictures: npt.NDArray[np.uint8] | npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Return the luma of pictures `(..., 3)` by Rec. 601, in their units: float32 `(...)`."""
    return pictures.astype(np.float32, copy=False) @ np.array([0.299, 0.587, 0.114], np.float32)
