"""Noise: its amount, colour, motion and seeds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.noise import Noise

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]


@pytest.fixture
def grey() -> Frame:
    return np.full((128, 128, 3), 0.5, np.float32)


def test_the_standard_deviation_of_gaussian_noise_is_its_amount(grey: Frame, at: At) -> None:
    noise = Noise(amount=0.8).apply(grey, at(0, grey)) - grey
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert noise.std() == pytest.approx(0.8, rel=0.02)
    assert abs(np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1]) < 0.03


@pytest.mark.parametrize("pattern", ["gaussian", "salt", "perlin"])
def test_monochrome_noise_keeps_grey_pixels_grey(pattern: str, grey: Frame, at: At) -> None:
    def chroma(*, monochrome: bool) -> float:
        effect = Noise.model_validate({"pattern": pattern, "monochrome": monochrome, "amount": 0.3})
        return float(np.ptp(effect.apply(grey, at(0, grey)), axis=2).max())

    assert chroma(monochrome=True) < 1e-6
    assert chroma(monochrome=False) > 0.1


def test_the_share_of_changed_pixels_of_salt_is_its_amount(grey: Frame, at: At) -> None:
    salted = Noise(pattern="salt", amount=0.2).apply(grey, at(0, grey))
    assert set(np.unique(salted)) == {0.0, 0.5, 1.0}
    assert (salted == 0.0).mean() == pytest.approx(0.1, abs=0.01)
    assert (salted == 1.0).mean() == pytest.approx(0.1, abs=0.01)
    all_hit = Noise(pattern="salt", amount=1.0).apply(grey, at(0, grey))
    assert set(np.unique(all_hit)) == {0.0, 1.0}


def test_gaussian_noise_is_new_in_each_frame_and_perlin_noise_is_not(grey: Frame, at: At) -> None:
    def change(effect: Noise) -> float:
        shown = [effect.apply(grey, at(index, grey)) for index in range(2)]
        return float(np.abs(shown[1] - shown[0]).mean() / shown[0].std())

    assert change(Noise()) > 1.0
    assert 0.0 < change(Noise(pattern="perlin", drift=0.3)) < 0.2
    assert change(Noise(pattern="perlin", drift=0.0)) == 0.0


def test_perlin_noise_has_the_same_shape_at_every_size(at: At) -> None:
    small, large = np.zeros((64, 64, 3), np.float32), np.zeros((128, 128, 3), np.float32)
    noise = Noise(pattern="perlin", amount=1.0, scale=0.5)
    expected = noise.apply(small, at(0, small))
    noise.reset()
    halved = noise.apply(large, at(0, large)).reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(expected - halved).mean() < 0.1 * expected.std()


def test_noise_depends_on_the_slot_and_the_seed(grey: Frame, at: At) -> None:
    now = at(3, grey)
    other_slot = FrameContext(now.clock, grey, seed=now.seed, slot="feedback.1")
    other_seed = FrameContext(now.clock, grey, seed=now.seed + 1, slot=now.slot)
    for pattern in ("gaussian", "perlin"):
        shown = [
            Noise.model_validate({"pattern": pattern}).apply(grey, context)
            for context in (now, other_slot, other_seed)
        ]
        assert np.abs(shown[0] - shown[1]).mean() > 0.01
        assert np.abs(shown[0] - shown[2]).mean() > 0.01
