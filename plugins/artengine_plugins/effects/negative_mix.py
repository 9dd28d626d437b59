"""Negative mix: the dream minus the footage, then the footage minus the dream."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.gaussian import gaussian
from artengine_plugins.imaging.truth import truth_for


class NegativeMix(Effect):
    """Only what the network got wrong stays lit, and every few frames it turns into its negative.

    The result is `c * frame - c * truth + noise * gaussian`, unclipped, where c is `strength` for
    the first `flip_every` frames, `-strength` for the next, and so on.
    """

    name: ClassVar[str] = "negative-mix"

    strength: float = Param(1.0, ge=0, le=4)
    """How strong the difference is: at 0 only noise is left, at 4 the faintest error
    flares."""

    flip_every: int = Param(10, ge=0, le=10_000, unit="frames")
    """Number of frames after which the sign changes: at 1 the picture flickers, at 10 000 it pulses
    once in minutes, at 0 the sign never changes."""

    noise: float = Param(0.1, ge=0, le=2)
    """Standard deviation of the added noise: none at 0, a storm at 2. A dream needs some to stay
    awake, because the difference is black wherever the network is right."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Subtract the footage from the frame, or the frame from the footage."""
        flips = now.index // self.flip_every if self.flip_every else 0
        sign = np.float32(-self.strength if flips % 2 else self.strength)
        mixed = frame - truth_for(frame, now)
        mixed *= sign
        if self.noise:
            grain = gaussian(now.rng, frame.shape)
            grain *= np.float32(self.noise)
            mixed += grain
        return mixed
