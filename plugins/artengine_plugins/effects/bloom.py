"""Bloom: light floods the lens."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread

_LEVELS = 4
"""Number of halos, each twice as wide as the one before."""


class Bloom(Effect):
    """Lights flood the lens: halos within halos, and streaks across the picture as in cinema.

    Halos of doubling width add up to one with a bright core and a long tail. A streak is a very
    wide halo of no height, blue like those of anamorphic lenses.
    """

    name: ClassVar[str] = "bloom"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(1.2, ge=0, le=8, field=True)
    """How much light spreads: none at 0; at 8 it drowns the picture."""

    threshold: float = Param(0.55, ge=0, le=2)
    """Luma above which a pixel is a light: everything at 0, only what is far beyond white at 2."""

    size: float = Param(0.12, ge=0.01, le=1)
    """How far the widest halo reaches, as a share of the frame's shorter side: a shimmer at 0.01,
    fog all over at 1."""

    streak: float = Param(0.5, ge=0, le=4)
    """How strong the streaks are: none at 0, from edge to edge at 4."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Add halos and streaks where there is room below white."""
        light = luma(frame)
        bright = np.maximum(light - np.float32(self.threshold), np.float32(0.0))
        # A light keeps its colour. More than twice white counts as twice white.
        bright /= np.maximum(light, np.float32(0.05))
        lights = np.clip(frame, 0.0, 2.0) * spread(bright)
        reach = self.size * shorter_side(frame)
        flood = np.zeros_like(lights)
        for level in range(_LEVELS):
            flood += gaussian_blur(lights, reach / 2.0**level)
        flood *= np.float32(2.0 / _LEVELS)
        if self.streak:
            flood += self._streaks(lights, reach)
        room = np.maximum(np.float32(1.0) - frame, np.float32(0.0))
        flood *= room
        flood *= over(self.amount, flood)
        flood += frame
        return flood

    def _streaks(self, lights: Frame, reach: float) -> Frame:
        """Return the lights, drawn out from left to right."""
        width, height = size_of(lights)
        # Blur a horizontally squeezed picture: stretched again, its round halos become flat.
        squeezed = (max(1, round(width / 24)), height)
        small = cv2.resize(lights, squeezed, interpolation=cv2.INTER_AREA)
        flat = gaussian_blur(small.astype(np.float32, copy=False), max(0.6, reach / 40.0))
        drawn = cv2.resize(flat, (width, height), interpolation=cv2.INTER_LINEAR)
        tint = np.array([0.45, 0.75, 1.3], np.float32) * np.float32(3.0 * self.streak)
        return (drawn * tint).astype(np.float32, copy=False)
