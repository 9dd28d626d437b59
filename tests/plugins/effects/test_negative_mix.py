"""Negative mix, compared with the arithmetic of its first publication."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.negative_mix import NegativeMix

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]


def test_sign_flips_as_in_the_original(random: Random, at: At) -> None:
    prediction, truth = random(9, 7), random(9, 7, seed=2)
    effect = NegativeMix(noise=0.0)
    c = np.float32(-1.0)
    for index in range(45):
        if index % 10 == 0:
            c = -c
        expected = c * prediction - c * truth
        np.testing.assert_array_equal(effect.apply(prediction, at(index, truth)), expected)


def test_noise_is_added_to_the_difference(random: Random, at: At) -> None:
    prediction, truth = random(128, 128), random(128, 128, seed=2)
    mixed = NegativeMix(strength=2.0, noise=0.3).apply(prediction, at(14, truth))
    rest = mixed - 2.0 * (truth - prediction)
    assert rest.mean() == pytest.approx(0.0, abs=0.01)
    assert rest.std() == pytest.approx(0.3, rel=0.02)
    assert mixed.min() < -1.0
    assert mixed.max() > 1.0


def test_flip_every_sets_the_interval_of_sign_flips(random: Random, at: At) -> None:
    prediction, truth = random(2, 2), np.zeros((2, 2, 3), np.float32)

    def signs(flip_every: int) -> str:
        effect = NegativeMix(flip_every=flip_every, noise=0.0)
        return "".join(
            "+" if effect.apply(prediction, at(index, truth)).sum() > 0 else "-"
            for index in range(8)
        )

    assert signs(0) == "++++++++"
    assert signs(1) == "+-+-+-+-"
    assert signs(3) == "+++---++"
