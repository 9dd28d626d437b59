"""Progress: how many frames of its clip a film goes on for each of its own.

Each frame of the film is put at the frame of the clip that looks most like it: where the luma of
the thumbnails, halved to 16x16 pixels, correlates most, so that brightness and contrast do not
count. Progress is the mean, over the film, of the way from a frame's place to that of the frame 4
later, divided by 4. A replay has 1, one slowed by half 0.5, a reversed one -1. A frozen film has 0,
and so has one that flickers, since it goes back as much as forward.

Ways of more than 4 clip frames a frame are jumps, not progress, and count as 0. Frames whose place
lies where the clip itself hardly moves are left out: there, the nearest frame tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from artengine.measure.thumbnails import lumas

LAG = 4
"""How many frames lie between a frame and the later one that it is compared with."""

FASTEST = 4
"""The most clip frames a frame that are not a jump."""

LEAST_MOTION = 0.25
"""Share of the clip's mean change over 4 frames below which it hardly moves."""

PAIRS = 2048
"""How many pairs of frames are looked at, evenly spread."""

SIDE = 16


@dataclass(frozen=True)
class Order:
    """A clip's frames in their order.

    Args:
        frames: each as `coarse` gives it.
        moving: of each, whether the clip moves there.
    """

    frames: npt.NDArray[np.float32]
    moving: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, thumbnails: npt.NDArray[np.uint8]) -> Order:
        """Prepare a clip's thumbnails, uint8 `(N, H, W, 3)`."""
        frames = coarse(thumbnails)
        change = np.zeros(len(frames))
        if len(frames) > LAG:
            small = _halved(thumbnails)
            apart = np.abs(small[LAG:] - small[:-LAG]).mean(axis=(1, 2))
            # The last frames move as those before them.
            change = np.concatenate([apart, np.repeat(apart[-1:], LAG)])
        return cls(frames, (change > 0) & (change >= LEAST_MOTION * change.mean()))

    def places(self, thumbnails: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """The clip frame that is most like each of a film's thumbnails."""
        film = coarse(thumbnails)
        parts = [
            (film[at : at + 256] @ self.frames.T).argmax(axis=1) for at in range(0, len(film), 256)
        ]
        return np.concatenate(parts).astype(np.int64)


def coarse(thumbnails: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Luma of 16x16 pixels, its mean 0 and its length 1: float32 `(N, 256)`.

    The product of two of them is their correlation; that of a frame of one colour is 0.
    """
    flat = _halved(thumbnails).reshape(len(thumbnails), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3)
    return flat


def progress(film: npt.NDArray[np.uint8], clip: Order, first: int = 0) -> float | None:
    """Clip frames that a film goes on a frame, -4..4.

    Args:
        film: thumbnails, uint8 `(N, H, W, 3)`.
        clip: what it goes on in.
        first: the frame from which the film counts.

    Returns:
        None where the clip does not move, or where there are not 5 frames.
    """
    last = len(film) - LAG
    if last <= first or not clip.moving.any():
        return None
    earlier = np.unique(np.linspace(first, last - 1, PAIRS).astype(int))
    places = clip.places(film[earlier])
    ways = (clip.places(film[earlier + LAG]) - places) / LAG
    ways[np.abs(ways) > FASTEST] = 0.0
    counted = ways[clip.moving[places]]
    return float(counted.mean()) if counted.size else 0.0


def _halved(thumbnails: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Luma at 16x16 pixels: float32 `(N, 16, 16)`."""
    size = (SIDE, SIDE)
    return np.stack(
        [cv2.resize(luma, size, interpolation=cv2.INTER_AREA) for luma in lumas(thumbnails)]
    ).astype(np.float32, copy=False)
