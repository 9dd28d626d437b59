"""JPEG: a picture that was saved too often."""

from __future__ import annotations

import io
from typing import ClassVar

import cv2
import numpy as np
from PIL import Image

from artengine.api import Effect, Frame, FrameContext, Param, Picture, size_of, to_frame, to_picture
from artengine_plugins.imaging.places import shorter_side

_BLOCK = 8
"""Side of a JPEG block, in pixels."""


class Jpeg(Effect):
    """The picture was saved too often: blocks, smeared colours, and rings around every edge."""

    name: ClassVar[str] = "jpeg"
    uses_truth: ClassVar[bool] = False

    quality: int = Param(6, ge=0, le=100)
    """JPEG's quality: flat blocks at 0, hardly a trace at 100."""

    size: float = Param(0.03, ge=0.002, le=0.5)
    """Side of a block as a share of the frame's shorter side, from 0.002 to quarters of the picture
    at 0.5. A block has at least the eight pixels of JPEG itself."""

    passes: int = Param(1, ge=1, le=8)
    """How often it is saved, each time with shifted blocks: once at 1, 8 times at 8."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Encode and decode the frame, scaled down if blocks are larger than JPEG's."""
        shrink = max(1.0, self.size * shorter_side(frame) / _BLOCK)
        size = size_of(frame)
        small = tuple(max(1, round(length / shrink)) for length in size)
        picture = to_picture(frame)
        if shrink > 1.0:
            picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA).astype(np.uint8)
        for number in range(self.passes):
            step = 3 * number % _BLOCK
            moved = np.roll(picture, (step, step), axis=(0, 1))
            picture = np.roll(_saved(moved, self.quality), (-step, -step), axis=(0, 1))
        saved = to_frame(picture)
        if shrink > 1.0:
            large = cv2.resize(saved, size, interpolation=cv2.INTER_NEAREST)
            return large.astype(np.float32, copy=False)
        return saved


def _saved(picture: Picture, quality: int) -> Picture:
    """Encode a picture and decode it again."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=2)
    with Image.open(file, formats=("JPEG",)) as image:
        return np.asarray(image)
