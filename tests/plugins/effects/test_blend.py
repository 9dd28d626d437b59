"""Blend: each mode against the formula of the specification."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.blend import Blend, Mode
from artengine_plugins.imaging.luma import luma

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]


def hard_light(b: float, s: float) -> float:
    return b * 2 * s if s <= 0.5 else b + (2 * s - 1) - b * (2 * s - 1)


def soft_light(b: float, s: float) -> float:
    if s <= 0.5:
        return b - (1 - 2 * s) * b * (1 - b)
    d = ((16 * b - 12) * b + 4) * b if b <= 0.25 else math.sqrt(b)
    return b + (2 * s - 1) * (d - b)


FORMULAS: dict[str, Callable[[float, float], float]] = {
    "normal": lambda b, s: s,
    "add": lambda b, s: b + s,
    "subtract": lambda b, s: b - s,
    "multiply": lambda b, s: b * s,
    "screen": lambda b, s: b + s - b * s,
    "lighten": max,
    "darken": min,
    "difference": lambda b, s: abs(b - s),
    "exclusion": lambda b, s: b + s - 2 * b * s,
    "overlay": lambda b, s: hard_light(s, b),
    "hard-light": hard_light,
    "soft-light": soft_light,
}


@pytest.mark.parametrize("mode", sorted(FORMULAS))
def test_modes(mode: str, random: Random, at: At) -> None:
    frame, truth = random(16, 16), random(16, 16, seed=2)
    blended = Blend.model_validate({"mode": mode, "amount": 1.0}).apply(frame, at(0, truth))
    expected = np.vectorize(FORMULAS[mode])(frame.astype(float), truth.astype(float))
    np.testing.assert_allclose(blended, expected, atol=1e-6)


def test_light_and_colour_part(random: Random, at: At) -> None:
    frame, truth = random(16, 16), random(16, 16, seed=2)
    coloured = Blend(mode="colour", amount=1.0).apply(frame, at(0, truth))
    np.testing.assert_allclose(luma(coloured), luma(frame), atol=1e-5)
    np.testing.assert_allclose(np.diff(coloured), np.diff(truth), atol=1e-5)
    lit = Blend(mode="luminosity", amount=1.0).apply(frame, at(0, truth))
    np.testing.assert_allclose(luma(lit), luma(truth), atol=1e-5)
    np.testing.assert_allclose(np.diff(lit), np.diff(frame), atol=1e-5)


def test_every_mode_is_held_to_a_formula() -> None:
    assert set(get_args(Mode)) == FORMULAS.keys() | {"colour", "luminosity"}


def test_amount(random: Random, at: At) -> None:
    frame, truth = random(16, 16), random(16, 16, seed=2)
    np.testing.assert_allclose(
        Blend(amount=0.25).apply(frame, at(0, truth)), 0.75 * frame + 0.25 * truth, atol=1e-6
    )
    np.testing.assert_allclose(
        Blend(amount=0.0, mode="difference").apply(frame, at(0, truth)), frame, atol=1e-6
    )
