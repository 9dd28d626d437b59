"""Stipple: draw with the dots of a pen."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.cells import means, nearest, scattered
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread


class Stipple(PhasedEffect):
    """The picture is drawn in scattered dots that are larger where there is more to show."""

    name: ClassVar[str] = "stipple"
    uses_truth: ClassVar[bool] = False

    mode: Literal["pen", "paint", "lights"] = "pen"
    """`pen`: black dots on white for the darks; `paint`: dots in the picture's colours on white;
    `lights`: glowing dots on black for the lights."""

    size: float = Param(0.018, ge=0.006, le=0.3)
    """Distance between dots, as a share of the frame's shorter side: fine at 0.006, a handful of
    blobs at 0.3."""

    fill: float = Param(1.0, ge=0.1, le=3)
    """Size of the dots: points at 0.1, touching in the darks at 1, run together at 3."""

    speed: float = Param(0.0, ge=0, le=10)
    """How fast the dots wander, in turns a second: they stay at 0 and swarm at 10."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Draw the dots."""
        size = size_of(frame)
        spacing = max(2.0, self.size * shorter_side(frame))
        points = scattered(now.steady_rng, size, spacing, self.advance(self.speed, now))
        labels, distance = nearest(points, size)
        colours = means(frame, labels)
        light = np.clip(luma(colours[None])[0], 0.0, 1.0)
        more = light if self.mode == "lights" else np.float32(1.0) - light
        # The share of its cell that a dot covers is the darkness, or light, of the cell.
        radius = np.sqrt(more) * np.float32(0.62 * self.fill * spacing)
        # Do not draw half a pixel for a dot of no size.
        reach = np.minimum(radius + np.float32(0.5), np.float32(3.0) * radius)
        dots = np.clip(reach.take(labels) - distance, 0.0, 1.0)
        if self.mode == "pen":
            return spread(np.float32(1.0) - dots)
        ink = colours.take(labels, axis=0)
        ground = np.float32(0.0 if self.mode == "lights" else 1.0)
        ink -= ground
        ink *= spread(dots)
        ink += ground
        return ink.astype(np.float32, copy=False)
