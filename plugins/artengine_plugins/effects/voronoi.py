"""Voronoi: a mosaic of irregular stones."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.cells import averaged, nearest, scattered
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread


class Voronoi(PhasedEffect):
    """The picture is a mosaic of odd stones, each of one colour, that shift like cells in a dish.

    Each pixel belongs to the nearest of many points scattered over the frame.
    """

    name: ClassVar[str] = "voronoi"
    uses_truth: ClassVar[bool] = False

    size: float = Param(0.06, ge=0.008, le=1)
    """Width of a stone as a share of the frame's shorter side: a grain at 0.008, one or two panes
    at 1."""

    speed: float = Param(0.3, ge=0, le=10)
    """How fast the stones shift, in turns a second: they lie still at 0 and boil at 10."""

    joint: float = Param(0.35, ge=0, le=1)
    """How dark the joints between stones are: invisible at 0, black at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Draw the mosaic."""
        size = size_of(frame)
        spacing = max(2.0, self.size * shorter_side(frame))
        phase = self.advance(self.speed, now)
        labels, _ = nearest(scattered(now.steady_rng, size, spacing, phase), size)
        stones = averaged(frame, labels)
        if self.joint:
            joints = np.zeros(labels.shape, np.float32)
            joints[:, 1:] += labels[:, 1:] != labels[:, :-1]
            joints[1:] += labels[1:] != labels[:-1]
            wide = max(1, round(spacing / 24.0))
            drawn = cv2.blur(np.minimum(joints, np.float32(1.0)), (wide + 1, wide + 1))
            drawn = np.minimum(drawn * np.float32(1.5), np.float32(1.0)) * np.float32(self.joint)
            light = np.float32(1.0) - drawn.astype(np.float32, copy=False)
            # Brighten the stones by what the joints darken, so that a dream does not go dark.
            light /= max(float(light.mean()), 0.25)
            stones *= spread(light)
        return stones
