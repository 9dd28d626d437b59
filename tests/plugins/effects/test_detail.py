"""Effects on fine detail: blur, sharpen, glow and upscale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from artengine.api import Frame, FrameContext
from artengine_plugins.effects.blur import Blur
from artengine_plugins.effects.glow import Glow
from artengine_plugins.effects.sharpen import Sharpen
from artengine_plugins.effects.upscale import Upscale

At = Callable[[int, Frame], FrameContext]
Shots = Callable[[int, int], Sequence[Frame]]


def psnr(one: Frame, other: Frame) -> float:
    """Return the peak signal-to-noise ratio in decibels, without the borders."""
    return float(-10.0 * np.log10(np.mean((one - other)[8:-8, 8:-8] ** 2)))


@pytest.mark.parametrize("radius", [0.7, 1.5, 2.9, 3.1, 8.0, 20.0])
def test_the_standard_deviation_of_blur_is_its_radius(radius: float, at: At) -> None:
    frame = np.zeros((257, 257, 3), np.float32)
    frame[128, 128] = 1000.0
    spot = Blur(radius=radius).apply(frame, at(0, frame))[..., 0].astype(np.float64)
    assert spot.sum() == pytest.approx(1000.0, rel=0.02)
    across = np.arange(257) - 128.0
    variance = (spot.sum(axis=0) * across**2).sum() / spot.sum()
    assert np.sqrt(variance) == pytest.approx(radius, rel=0.07)


def test_blur_does_not_clip(at: At) -> None:
    frame = np.full((32, 32, 3), 2.5, np.float32)
    frame[:16] = -1.0
    blurred = Blur(radius=2.0).apply(frame, at(0, frame))
    assert blurred.min() == pytest.approx(-1.0, abs=0.02)
    assert blurred.max() == pytest.approx(2.5, abs=0.02)
    np.testing.assert_allclose(
        Blur(radius=2.0, amount=0.5).apply(frame, at(0, frame)), (frame + blurred) / 2, atol=1e-5
    )


def test_sharpen_is_unsharp_masking_within_a_limit(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]
    blurred = cv2.GaussianBlur(frame, (13, 13), 2.0, borderType=cv2.BORDER_REFLECT_101)
    free = Sharpen(amount=1.5, radius=2.0, limit=4.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(free, frame + 1.5 * (frame - blurred), atol=1e-5)
    held = Sharpen(amount=8.0, radius=2.0, limit=0.05).apply(frame, at(0, frame))
    assert np.abs(held - frame).max() == pytest.approx(0.05, abs=1e-6)


def test_glow_spreads_lights_and_converges(at: At) -> None:
    frame = np.full((64, 64, 3), 0.1, np.float32)
    frame[28:36, 28:36] = (1.0, 0.5, 0.1)
    glowing = Glow(amount=4.0, radius=6.0).apply(frame, at(0, frame))
    halo = glowing[24, 32] - frame[24, 32]
    assert halo[0] > 0.05
    assert halo[1] == halo[2] == 0.0, "only channels that are lit glow"
    for index in range(200):
        glowing = Glow(amount=1.0, radius=6.0).apply(glowing, at(index, frame))
    assert glowing.max() < 2.0


@pytest.mark.parametrize("factor", [1.5, 2.0, 3.0])
def test_upscale_is_sharper_than_linear_filtering(factor: float, shots: Shots, at: At) -> None:
    real = shots(288, 240)[0]
    size = round(288 / factor), round(240 / factor)
    small = cv2.resize(real, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    plain = cv2.resize(small, (288, 240), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    linear = psnr(plain, real)
    scores = {}
    for method in ("edges", "lanczos"):
        effect = Upscale.model_validate({"factor": factor, "method": method})
        scores[method] = psnr(effect.apply(small, at(0, small)), real)
    assert scores["lanczos"] > linear + 1.0
    assert scores["edges"] > scores["lanczos"]


def test_upscale_along_edges_reduces_stair_steps(at: At) -> None:
    def edge(side: int) -> Frame:
        """A slanted edge between black and white, drawn with 16 times the pixels and averaged."""
        coordinates = (np.arange(side * 4) + 0.5) / side / 4.0
        bright = (coordinates[None, :] * 0.55 + 0.2 > coordinates[:, None]).astype(np.float32)
        grey = bright.reshape(side, 4, side, 4).mean(axis=(1, 3))
        return np.repeat(grey[:, :, None], 3, axis=2)

    small, expected = edge(40), edge(80)
    errors: dict[str, float] = {}
    for method in ("edges", "lanczos"):
        effect = Upscale.model_validate({"method": method})
        drawn = effect.apply(small, at(0, small))
        errors[method] = float(np.abs(drawn - expected)[8:-8, 8:-8].mean())
    assert errors["edges"] < 0.85 * errors["lanczos"]


def test_upscale_does_not_move_the_picture(at: At) -> None:
    down, across = np.mgrid[0:48, 0:64].astype(np.float32)
    ramp = np.stack([across, down, across + down], axis=-1)
    for method in ("edges", "lanczos"):
        for factor in (1.0, 1.25, 2.0, 3.0, 4.0):
            effect = Upscale.model_validate({"factor": factor, "method": method})
            upscaled = effect.apply(ramp, at(0, ramp))
            width, height = effect.output_size((64, 48))
            assert (width, height) == (round(64 * factor), round(48 * factor))
            expected = (np.arange(width) + 0.5) * 64 / width - 0.5
            np.testing.assert_allclose(
                upscaled[height // 2, 16:-16, 0], expected[16:-16], atol=0.03
            )
