"""Blend: lay the truth over the dream."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.spread import spread
from artengine_plugins.imaging.truth import truth_for

Mode = Literal[
    "normal",
    "add",
    "subtract",
    "multiply",
    "screen",
    "lighten",
    "darken",
    "difference",
    "exclusion",
    "overlay",
    "hard-light",
    "soft-light",
    "colour",
    "luminosity",
]


def _hard_light(below: Frame, above: Frame) -> Frame:
    # 2ab where `above` is dark, 1 - 2(1 - a)(1 - b) where it is bright; they differ by the rest.
    bright = 2.0 * above
    lit = bright * below
    bright -= 1.0
    np.maximum(bright, 0.0, out=bright)
    bright *= 1.0 - 2.0 * below
    lit += bright
    return lit


def _soft_light(below: Frame, above: Frame) -> Frame:
    inside = np.clip(below, 0.0, 1.0)
    # A root has no slope at 0 that could be followed; up to a quarter a cubic takes its place.
    lighter = np.sqrt(inside)
    lighter += (((16.0 * inside - 12.0) * inside + 4.0) * inside - lighter) * (inside <= 0.25)
    lighter -= inside
    inside -= inside * inside
    light = 2.0 * above
    light -= 1.0
    lighter *= np.maximum(light, 0.0)
    inside *= np.minimum(light, 0.0)
    lighter += inside
    lighter += below
    return lighter


def _colour(below: Frame, above: Frame) -> Frame:
    return above + spread(luma(below) - luma(above))


_MODES: dict[Mode, Callable[[Frame, Frame], Frame]] = {
    "add": lambda below, above: below + above,
    "subtract": lambda below, above: below - above,
    "multiply": lambda below, above: below * above,
    "screen": lambda below, above: below + above - below * above,
    "lighten": np.maximum,
    "darken": np.minimum,
    "difference": lambda below, above: np.abs(below - above),
    "exclusion": lambda below, above: below + above - 2.0 * below * above,
    "overlay": lambda below, above: _hard_light(above, below),
    "hard-light": _hard_light,
    "soft-light": _soft_light,
    "colour": _colour,
    "luminosity": lambda below, above: _colour(above, below),
}


class Blend(Effect):
    """The real footage shines through the dream, as a layer over it.

    The modes are those of the W3C's "Compositing and blending level 1" (2024) with the frame as
    backdrop and the truth as source, but unclipped.
    """

    name: ClassVar[str] = "blend"

    amount: float = Param(0.25, ge=0, le=1)
    """How much of the blended picture is taken: only the dream at 0, only the blend at 1."""

    mode: Mode = "normal"
    """How the truth meets the dream: `normal` covers it; `add`, `screen` and `lighten` brighten,
    `subtract`, `multiply` and `darken` darken; `difference` and `exclusion` invert where the truth
    is bright; `overlay`, `hard-light` and `soft-light` raise contrast; `colour` takes the truth's
    colours and keeps the dream's light, `luminosity` the other way round."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Blend the truth over the frame."""
        truth = truth_for(frame, now)
        blended = truth if self.mode == "normal" else _MODES[self.mode](frame, truth)
        return mix(frame, blended, self.amount)
