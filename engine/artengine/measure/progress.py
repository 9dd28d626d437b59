"""Progress: the number of clip frames by which a film advances per frame.

Each frame of the film is located at the most similar frame of the clip: the one whose thumbnail
luma, halved to 16x16 pixels, correlates best, so that brightness and contrast do not count.
Progress is the mean, over the film, of the distance from a frame's place to that of the frame 4
later, divided by 4. A replay has 1, one slowed by half 0.5, a reversed one -1. A frozen film has 0,
and so has one that flickers, since it goes back as much as forward.

Distances of more than 4 clip frames a frame are jumps, not progress, and count as 0. Frames located
where the clip itself hardly moves are left out: there, the nearest frame is arbitrary.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from artengine.measure.thumbnails import lumas

LAG = 4
"""The distance in frames between a frame and the later one that it is compared with."""

FASTEST = 4
"""The most clip frames per frame that are not a jump."""

LEAST_MOTION = 0.25
"""Share of the clip's mean change over 4 frames below which it hardly moves."""

PAIRS = 2048
"""The largest number of pairs of frames to compare, evenly spread."""

SIDE = 16


@dataclass(frozen=True)
class Order:
    """A clip's frames in order.

    Args:
        frames: the frames, as `coarse` returns them.
        moving: whether the clip moves at each frame.
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
            # The last frames have no later ones: repeat the last change.
            change = np.concatenate([apart, np.repeat(apart[-1:], LAG)])
        return cls(frames, (change > 0) & (change >= LEAST_MOTION * change.mean()))

    def places(self, thumbnails: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """Return the clip frame that is most similar to each of a film's thumbnails."""
        film = coarse(thumbnails)
        parts = [
            (film[at : at + 256] @ self.frames.T).argmax(axis=1) for at in range(0, len(film), 256)
        ]
        return np.concatenate(parts).astype(np.int64)


def coarse(thumbnails: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return luma of 16x16 pixels with mean 0 and norm 1: float32 `(N, 256)`.

    The inner product of two of them is their correlation; with a frame of one colour it is 0.
    """
    flat = _halved(thumbnails).reshape(len(thumbnails), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3)
    return flat


def progress(film: npt.NDArray[np.uint8], clip: Order, first: int = 0) -> float | None:
    """Return the number of clip frames by which a film advances per frame, -4..4.

    Args:
        film: thumbnails, uint8 `(N, H, W, 3)`.
        clip: the clip in which it is located.
        first: the first frame of the film that counts.

    Returns:
        The mean; None if the clip does not move, or if there are fewer than 5 frames.
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
    """Return luma at 16x16 pixels: float32 `(N, 16, 16)`."""
    size = (SIDE, SIDE)
    return np.stack(
        [cv2.resize(luma, size, interpolation=cv2.INTER_AREA) for luma in lumas(thumbnails)]
    ).astype(np.float32, copy=False)
