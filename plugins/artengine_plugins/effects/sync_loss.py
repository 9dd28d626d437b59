"""Sync loss: the picture loses its synchronisation."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.wander import wander


class SyncLoss(PhasedEffect):
    """The picture will not hold: it rolls over a dark bar, leans aside and hooks at the top."""

    name: ClassVar[str] = "sync-loss"
    uses_truth: ClassVar[bool] = False

    speed: float = Param(0.4, ge=-10, le=10)
    """Speed of the roll in pictures a second, upwards above 0: it stands at 0, and flickers at -10
    and 10."""

    skew: float = Param(0.15, ge=-2, le=2)
    """How far the picture leans from top to bottom, as a share of the width: upright at 0; at -2
    and 2 it is wound round twice."""

    hook: float = Param(0.12, ge=0, le=1)
    """How far the top of the picture bends sideways, as a share of the width: straight at 0, all
    across at 1."""

    wobble: float = Param(0.02, ge=0, le=0.5)
    """How far lines waver, as a share of the width: straight at 0, half across at 0.5."""

    bar: float = Param(0.06, ge=0, le=0.5)
    """Height of the dark bar between two pictures, as a share of the height: none at 0, as high as
    half a picture at 0.5."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take each line from its unsynchronised position."""
        height, width = frame.shape[:2]
        phase = self.advance(self.speed, now)
        period = 1.0 + self.bar
        # The roll begins before the film does: the first frame shows the bar too.
        place = ((np.arange(height) + 0.5) / height + phase + 0.3) % period
        lean, sway = wander(now.steady_rng, now.seconds * 1.5, 2)
        waver = np.sin(place * 9.0 + now.seconds * 7.0) + 0.5 * np.sin(place * 31.0 - sway * 9.0)
        shift = self.skew * (place - 0.5) * (1.0 + 0.3 * lean)
        shift += self.hook * np.exp(-place / 0.06) + self.wobble * waver
        columns = (np.arange(width)[None, :] + (shift * width)[:, None]) % width
        rows = np.repeat(np.clip(place * height - 0.5, 0, height - 1)[:, None], width, axis=1)
        held = cv2.remap(
            frame,
            columns.astype(np.float32),
            rows.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        ).astype(np.float32, copy=False)
        dark = np.where(place >= 1.0, 0.06, 1.0).astype(np.float32)
        held *= dark[:, None, None]
        return held
