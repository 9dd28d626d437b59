"""Film burn: the film stops in the projector's light."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from artengine.api import Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.colour import HexColour
from artengine_plugins.imaging.flow_noise import FlowNoise
from artengine_plugins.imaging.gradient import look_up
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread

_HEAT: tuple[HexColour, ...] = (
    *("#1a0d06", "#2a1008", "#7a2408", "#e8590c", "#ffb02e", "#fff1c9", "#ffffff"),
)
"""From scorched through glowing to a hole that shows the lamp."""

_SHARES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
_ABOVE = (0.4, 0.21, 0.157, 0.126, 0.066, 0.0, -0.066, -0.126, -0.157, -0.21, -0.4)
"""Values that the shares `_SHARES` of noise at half amplitude exceed."""

_GLOWING = 0.3
"""Heat above which film counts as burning."""


class FilmBurn(PhasedEffect):
    """The film catches fire in the projector: brown spots grow, glow at the rim, and burn white."""

    name: ClassVar[str] = "film-burn"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.5, ge=0, le=1)
    """Share of the picture that burns at the peak of a fire: nothing at 0, everything at 1."""

    speed: float = Param(0.4, ge=0, le=10)
    """Fires a second, each from the first spot to its peak: at 0 one fire stands still, as large as
    `amount`; at 10 it flashes."""

    size: float = Param(0.6, ge=0.05, le=2)
    """Width of the spots as a share of the frame's shorter side: a rash at 0.05, one great hole at
    2."""

    softness: float = Param(0.25, ge=0.01, le=1)
    """Width of the glowing rim: a thread at 0.01, a light leak without holes at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Burn the frame."""
        phase = self.advance(self.speed, now)
        # The first fire begins before the film does.
        height = self.amount * ((phase + 0.4) % 1.0 if self.speed else 1.0)
        rng = np.random.Generator(np.random.SFC64([int(phase + 0.4), 7]))
        offset = float(rng.random()) * 40.0
        cell = max(1.0, self.size * shorter_side(frame))
        noise = FlowNoise(now.steady_rng).field(size_of(frame), cell, offset + 0.2 * phase, 4)
        heat = noise * np.float32(0.5 / self.softness)
        # At 0 even the hottest place is cold; at 1 even the coldest has burnt.
        cold, burnt = _ABOVE[0] + _GLOWING * self.softness, _ABOVE[-1] - self.softness
        burns = np.interp(height, _SHARES, (cold, *_ABOVE[1:-1], burnt))
        heat += np.float32(_GLOWING - burns / self.softness)
        fire = look_up(_HEAT, heat, "hold")
        share = np.clip(heat * np.float32(6.0), 0.0, 1.0)
        fire -= frame
        fire *= spread(share)
        fire += frame
        return fire
