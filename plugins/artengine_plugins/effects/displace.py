"""Displace: the picture melts and flows."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.flow_noise import FlowNoise
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.warp import warp_from

_COARSE = 4
"""The flow is computed at every fourth pixel."""


class Displace(PhasedEffect):
    """The picture melts, and in a feedback chain flows like oil on water.

    The gradient of a noise field, turned by a right angle, gives a flow of eddies that never piles
    up (Bridson, Hourihan and Nordenstam, "Curl-noise for procedural fluid flow", 2007).
    """

    name: ClassVar[str] = "displace"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(1.5, ge=0, le=20, unit="percent of the shorter side", field=True)
    """How far the fastest pixels move in a frame: not at all at 0, a slow melt at 1, shreds at
    20."""

    flow: Literal["swirl", "bulge"] = "swirl"
    """`swirl`: eddies; `bulge`: lenses that swell and shrink."""

    scale: float = Param(0.35, ge=0.02, le=2)
    """Width of an eddy as a share of the frame's shorter side: ripples at 0.02; at 2 the whole
    frame bends."""

    drift: float = Param(0.1, ge=0, le=10)
    """How fast the flow changes, in turns a second: eddies stay in place at 0; at 10 the picture
    trembles."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take each pixel from upstream."""
        width, height = size_of(frame)
        coarse = -(-width // _COARSE), -(-height // _COARSE)
        cell = self.scale * min(size_of(frame)) / _COARSE
        noise = FlowNoise(now.steady_rng)
        potential = noise.field(coarse, cell, self.advance(self.drift, now), octaves=2)
        # The steepest slope of this noise is about 3 per cell; Sobel's weights add up to 8.
        amount: Field = self.amount
        varied = isinstance(amount, np.ndarray)
        reach = (1.0 if varied else self.amount) / 100.0 * min(width, height) * cell / 3.0
        slope = {
            axis: cv2.resize(
                cv2.Sobel(potential, cv2.CV_32F, *axis, ksize=3, scale=reach / 8.0),
                (width, height),
                interpolation=cv2.INTER_LINEAR,
            ).astype(np.float32, copy=False)
            for axis in ((1, 0), (0, 1))
        }
        across, down = slope[1, 0], slope[0, 1]
        if varied:
            across *= amount
            down *= amount
        if self.flow == "swirl":
            across, down = down, -across
        across += np.arange(width, dtype=np.float32)
        down += np.arange(height, dtype=np.float32)[:, None]
        return warp_from(frame, across, down, self.border)
