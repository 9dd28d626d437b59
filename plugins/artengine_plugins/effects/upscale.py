"""Upscale: the same picture, larger."""

from __future__ import annotations

from math import ceil, log2
from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, Size, size_of
from artengine_plugins.imaging.directional import double
from artengine_plugins.imaging.enlarge import enlarged


class Upscale(Effect):
    """Enlarges the film with clean edges; only in the output chain."""

    name: ClassVar[str] = "upscale"
    uses_truth: ClassVar[bool] = False

    factor: float = Param(2.0, ge=1, le=4, automatable=False)
    """How many times as wide and as high the film becomes: unchanged at 1, sixteen times the
    pixels at 4."""

    method: Literal["lanczos", "edges"] = "lanczos"
    """`lanczos` interpolates over eight pixels (Duchon, 1979) and keeps the finest texture crisp;
    `edges` follows slanted edges, so that they stay smooth (directional cubic convolution: Zhou,
    Shen and Dong, 2012), and takes several times as long."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Enlarge the frame."""
        size = self.output_size(size_of(frame))
        if size == size_of(frame):
            return frame.copy()
        if self.method == "lanczos" and self.factor.is_integer():
            return enlarged(frame, round(self.factor))
        if self.method == "lanczos":
            larger = cv2.resize(frame, size, interpolation=cv2.INTER_LANCZOS4)
            return larger.astype(np.float32, copy=False)
        return self._along_edges(frame, size)

    def output_size(self, size: Size) -> Size:
        """Return the size times `factor`, rounded."""
        return round(size[0] * self.factor), round(size[1] * self.factor)

    def _along_edges(self, frame: Frame, size: Size) -> Frame:
        for _ in range(ceil(log2(self.factor))):
            frame = double(frame)
        if size_of(frame) == size:
            return frame
        shrunk = cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC)
        return shrunk.astype(np.float32, copy=False)
