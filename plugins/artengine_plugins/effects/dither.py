"""Dither: few shades, many dots."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
from PIL import Image

from artengine.api import Effect, Frame, FrameContext, Param, Picture, size_of, to_picture
from artengine_plugins.imaging.bayer import bayer
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side


class Dither(Effect):
    """Few shades are left, and patterns of dots stand in for those between, as on early computers.

    By ordered thresholds (Bayer, 1973) or by error diffusion (Floyd and Steinberg, 1976).
    """

    name: ClassVar[str] = "dither"
    uses_truth: ClassVar[bool] = False

    mode: Literal["diffusion", "ordered", "random"] = "diffusion"
    """How the dots are placed: `diffusion` makes worm-like patterns, `ordered` a regular weave,
    `random` sand that is new in each frame."""

    levels: int = Param(2, ge=2, le=16)
    """Shades of each channel: black and white at 2; at 16 the dots are hardly visible."""

    monochrome: bool = False
    """Whether the picture becomes grey; otherwise red, green and blue are dithered separately."""

    size: float = Param(0.006, ge=0.001, le=0.1)
    """Side of a dot as a share of the frame's shorter side: a pixel at 0.001, tiles at 0.1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Round the frame to few shades."""
        shrink, size = max(1.0, self.size * shorter_side(frame)), size_of(frame)
        small = tuple(max(1, round(length / shrink)) for length in size)
        few = frame
        if shrink > 1.0:
            few = cv2.resize(frame, small, interpolation=cv2.INTER_AREA).astype(np.float32)
        shades = luma(few)[..., None] if self.monochrome else few
        steps = self.levels - 1
        if self.mode == "diffusion":
            dots = _diffused(to_picture(np.ascontiguousarray(shades)), self.levels)
        else:
            high, wide, layers = shades.shape
            if self.mode == "ordered":
                side = len(_THRESHOLDS)
                tiles = np.tile(_THRESHOLDS, (-(-high // side), -(-wide // side)))
                threshold = tiles[:high, :wide, None]
            else:
                threshold = now.rng.random((high, wide, layers), np.float32) - np.float32(0.5)
            rounded = np.rint(np.clip(shades, 0.0, 1.0) * np.float32(steps) + threshold)
            dots = np.clip(rounded / np.float32(steps), 0.0, 1.0).astype(np.float32)
        if self.monochrome:
            dots = np.repeat(dots, 3, axis=2)
        if shrink > 1.0:
            dots = cv2.resize(dots, size, interpolation=cv2.INTER_NEAREST).astype(np.float32)
        return np.ascontiguousarray(dots, np.float32)


_THRESHOLDS = bayer(3)


def _diffused(shades: Picture, levels: int) -> Frame:
    """Round each channel `(H, W, n)` of a picture with Pillow's error diffusion."""
    high, wide, layers = shades.shape
    greys = [round(255 * step / (levels - 1)) for step in range(levels)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([grey for grey in greys for _ in range(3)])
    # Stack the channels vertically as one picture; the seams hardly affect the diffusion.
    tall = Image.fromarray(np.ascontiguousarray(np.moveaxis(shades, 2, 0).reshape(-1, wide)))
    chosen = tall.convert("RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    numbers = np.asarray(chosen).reshape(layers, high, wide)
    values = (np.array(greys, np.float32) / np.float32(255.0)).take(np.minimum(numbers, levels - 1))
    return np.ascontiguousarray(np.moveaxis(values, 0, 2), np.float32)
