"""Noise: grain, salt and drifting clouds."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.field import Field, over
from artengine_plugins.imaging.flow_noise import FlowNoise
from artengine_plugins.imaging.gaussian import gaussian, with_grain
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.random_bytes import random_bytes


class Noise(PhasedEffect):
    """Film grain, dead pixels or drifting clouds of light, for the network to see things in.

    Gaussian and perlin noise are added and may leave 0..1. Perlin noise is that of Perlin and
    Neyret, "Flow noise", 2001, in three octaves, or as many as the pixels can show.
    """

    name: ClassVar[str] = "noise"
    uses_truth: ClassVar[bool] = False

    pattern: Literal["gaussian", "salt", "perlin"] = "gaussian"
    """`gaussian`: grain, new in each frame; `salt`: pixels set to black or white; `perlin`:
    soft clouds that drift."""

    amount: float = Param(0.1, ge=0, le=2, field=True)
    """How much: nothing at 0, clear grain at 0.1; at 2 the picture is gone. It is the standard
    deviation of `gaussian`, about twice that of `perlin`, and the share of pixels that `salt`
    hits, where 1 and above mean all of them."""

    monochrome: bool = False
    """Whether the noise is grey; otherwise red, green and blue have separate noise."""

    scale: float = Param(0.15, ge=0.01, le=1)
    """Width of a perlin cloud as a share of the frame's shorter side: a fine grit at 0.01, one
    slow change of light over the whole frame at 1."""

    drift: float = Param(0.3, ge=0, le=10)
    """How fast perlin clouds change, in turns a second: they stand still at 0 and seethe at 10."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Add the noise, or set the pixels that it hits."""
        if self.pattern == "salt":
            return self._salt(frame, now)
        amount: Field = self.amount
        if self.pattern == "perlin":
            noise = self._perlin(frame, now)
        elif self._layers == 3 and not isinstance(amount, np.ndarray):
            return with_grain(frame, now.rng, amount)
        else:
            height, width = frame.shape[:2]
            noise = gaussian(now.rng, (height, width, self._layers))
        noise *= over(self.amount, noise)
        # Add in place, unless the noise has one channel for the frame's three.
        return np.add(frame, noise, out=noise if noise.shape == frame.shape else None)

    @property
    def _layers(self) -> int:
        return 1 if self.monochrome else 3

    def _salt(self, frame: Frame, now: FrameContext) -> Frame:
        height, width = frame.shape[:2]
        dice = random_bytes(now.rng, (height, width, self._layers, 2)).view("<u2")[..., 0]
        amount: Field = self.amount
        hits: Field = np.minimum(amount, 1.0) * 2**16
        if isinstance(hits, np.ndarray):
            hits = hits[..., None]
        thrown = frame * (dice >= hits)
        # Hits in the lower half of the range become white.
        thrown += dice < hits / 2.0
        return thrown

    def _perlin(self, frame: Frame, now: FrameContext) -> Frame:
        cell = self.scale * min(size_of(frame))
        phase = self.advance(self.drift, now)
        layers = [
            FlowNoise(now.steady_rng).field(size_of(frame), cell, phase, octaves=3)
            for _ in range(self._layers)
        ]
        return cv2.merge(layers * (3 // self._layers)).astype(np.float32, copy=False)
