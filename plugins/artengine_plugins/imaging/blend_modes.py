"""Blend modes: how two pictures are combined when one lies over the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from artengine.api import Frame
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.spread import spread

_LEAST = 1.0 / 16.0
"""Smallest divisor, so that a dream that is fed back does not explode."""

BlendMode = Literal[
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
    "vivid-light",
    "linear-light",
    "pin-light",
    "colour-dodge",
    "colour-burn",
    "hard-mix",
    "colour",
    "luminosity",
]


def _hard_light(below: Frame, above: Frame) -> Frame:
    # 2ab where `above` is dark, 1 - 2(1 - a)(1 - b) where it is bright: the same plus a difference.
    bright = 2.0 * above
    lit = bright * below
    bright -= 1.0
    np.maximum(bright, 0.0, out=bright)
    bright *= 1.0 - 2.0 * below
    lit += bright
    return lit


def _soft_light(below: Frame, above: Frame) -> Frame:
    inside = np.clip(below, 0.0, 1.0)
    # The slope of a square root is infinite at 0; a cubic replaces it up to a quarter.
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


def _dodge(below: Frame, above: Frame) -> Frame:
    lit: Frame = below / np.maximum(np.float32(1.0) - above, np.float32(_LEAST))
    return lit


def _burn(below: Frame, above: Frame) -> Frame:
    lack = np.float32(1.0) - below
    lack /= np.maximum(above, np.float32(_LEAST))
    np.subtract(np.float32(1.0), lack, out=lack)
    return lack


def _vivid_light(below: Frame, above: Frame) -> Frame:
    double = np.float32(2.0) * above
    bright = above > np.float32(0.5)
    return np.where(bright, _dodge(below, double - np.float32(1.0)), _burn(below, double))


def _linear_light(below: Frame, above: Frame) -> Frame:
    lit = np.float32(2.0) * above
    lit += below
    lit -= np.float32(1.0)
    return lit


def _pin_light(below: Frame, above: Frame) -> Frame:
    double = np.float32(2.0) * above
    pinned: Frame = np.maximum(np.minimum(below, double), double - np.float32(1.0))
    return pinned


def _colour(below: Frame, above: Frame) -> Frame:
    return above + spread(luma(below) - luma(above))


_MODES: dict[BlendMode, Callable[[Frame, Frame], Frame]] = {
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
    "vivid-light": _vivid_light,
    "linear-light": _linear_light,
    "pin-light": _pin_light,
    "colour-dodge": _dodge,
    "colour-burn": _burn,
    "hard-mix": lambda below, above: (below + above > 1.0).astype(np.float32),
    "colour": _colour,
    "luminosity": lambda below, above: _colour(above, below),
}


def blended(below: Frame, above: Frame, mode: BlendMode) -> Frame:
    """Lay one frame over another.

    The modes are those of the W3C's "Compositing and blending level 1" (2024) and of picture
    editors, unclipped.

    Args:
        below: the backdrop, `(H, W, 3)`.
        above: the source, `(H, W, 3)`.
        mode: how they are combined.

    Returns:
        A new frame, or `above` itself in the mode `normal`.
    """
    return above if mode == "normal" else _MODES[mode](below, above)
