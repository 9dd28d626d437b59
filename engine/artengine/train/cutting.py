"""Parts of pictures, and pictures behind each other: what batches are made of."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Picture, Size

_MOST = 42
"""Pictures whose planes OpenCV 5 lays behind each other: of 128 planes at most."""


def cut(picture: Picture, top: int, left: int, size: Size, *, mirrored: bool) -> Picture:
    """A part of a picture.

    Args:
        top, left: its corner, in pixels.
        size: its width and height.
        mirrored: whether it is mirrored left to right.
    """
    width, height = size
    part = picture[top : top + height, left : left + width]
    # A view that runs backwards would make all that follows slow.
    return np.asarray(cv2.flip(part, 1), np.uint8) if mirrored else part


def behind_each_other(pictures: Sequence[Picture]) -> npt.NDArray[np.uint8]:
    """Pictures `(H, W, 3)` as one of `(H, W, 3 * N)`."""
    if len(pictures) > _MOST:
        return np.concatenate(pictures, axis=-1)
    # By planes, which takes a third of what `np.concatenate` takes with its pieces of three bytes.
    planes = [plane for picture in pictures for plane in cv2.split(picture)]
    return np.asarray(cv2.merge(planes), np.uint8)


def to_numbers(picture: npt.NDArray[np.uint8], out: npt.NDArray[np.float32]) -> None:
    """Write a picture as numbers in 0..1."""
    np.multiply(picture, np.float32(1 / 255), out=out, dtype=np.float32)
