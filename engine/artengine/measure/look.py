"""The look of one picture: contrast, detail, colourfulness, and block means to measure motion."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture

Plane = npt.NDArray[np.float32]
"""float32 `(H, W)`."""

BLOCK = 8
"""Side in pixels of the blocks within which luma is averaged before frames are compared."""

# Rows: luma (Rec. 601, 0..1), and the two opponent colours of Hasler and Suesstrunk (0..255).
_OPPONENT = np.array(
    [[0.299 / 255, 0.587 / 255, 0.114 / 255], [1, -1, 0], [0.5, 0.5, -1]], np.float32
)


@dataclass(frozen=True, slots=True)
class Look:
    """The measurements of a single picture; `artengine.measure.life.Curves` defines each.

    Args:
        luma: 0..1, `(H, W)`.
        blocks: means of luma over blocks of 8x8 pixels, `(H // 8, W // 8)`.
        contrast: standard deviation of luma.
        detail: mean absolute Laplacian of luma.
        colourfulness: by Hasler and Suesstrunk.
    """

    luma: Plane
    blocks: Plane
    contrast: float
    detail: float
    colourfulness: float


def look_of(picture: Picture) -> Look:
    """Measure a picture, uint8 `(H, W, 3)`, of at least 8x8 pixels."""
    planes = cv2.transform(picture.astype(np.float32), _OPPONENT)
    means, deviations = (found.ravel() for found in cv2.meanStdDev(planes))
    luma = np.asarray(cv2.extractChannel(planes, 0), np.float32)
    return Look(
        luma=luma,
        blocks=_blocks(luma),
        contrast=float(deviations[0]),
        detail=_detail(luma),
        colourfulness=float(np.hypot(*deviations[1:]) + 0.3 * np.hypot(*means[1:])),
    )


def _blocks(luma: Plane) -> Plane:
    down, across = luma.shape[0] // BLOCK, luma.shape[1] // BLOCK
    whole = luma[: down * BLOCK, : across * BLOCK]
    small = cv2.resize(whole, (across, down), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32, copy=False)


def _detail(luma: Plane) -> float:
    laplacian = cv2.Laplacian(luma, cv2.CV_32F, ksize=1)[1:-1, 1:-1]
    return float(cv2.norm(laplacian, cv2.NORM_L1)) / laplacian.size
