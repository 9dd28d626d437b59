"""Effects that filter each pixel's neighbourhood: median, kuwahara, edges, bloom and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from artengine.api import Effect, Frame, FrameContext
from artengine_plugins.effects.bilateral import Bilateral
from artengine_plugins.effects.bloom import Bloom
from artengine_plugins.effects.edges import Edges
from artengine_plugins.effects.emboss import Emboss
from artengine_plugins.effects.kuwahara import Kuwahara
from artengine_plugins.effects.median import Median
from artengine_plugins.effects.morphology import Morphology
from artengine_plugins.effects.radial_blur import RadialBlur

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def step(width: int, height: int) -> Frame:
    """Return a frame with a vertical edge: dark on the left, light on the right."""
    frame = np.full((height, width, 3), 0.2, np.float32)
    frame[:, width // 2 :] = 0.8
    return frame


def noisy_step(width: int, height: int, random: Random) -> Frame:
    """Return the edge with noise added."""
    return step(width, height) + 0.1 * (random(width, height) - np.float32(0.5))


@pytest.mark.parametrize(
    "effect",
    [Median(size=0.1), Kuwahara(size=0.06), Bilateral(size=0.05, threshold=0.3, passes=2)],
    ids=lambda effect: effect.name,
)
def test_noise_is_reduced_and_the_edge_is_kept(effect: Effect, random: Random, at: At) -> None:
    frame = noisy_step(96, 64, random)
    smooth = effect.apply(frame, at(0, frame))
    assert smooth[8:-8, 8:40].std() < 0.4 * frame[8:-8, 8:40].std()
    across = smooth[8:-8].mean(axis=(0, 2))
    assert across[50] - across[45] > 0.55


def test_median_removes_specks_of_any_brightness(at: At) -> None:
    frame = step(64, 64)
    frame[10, 10] = frame[40, 50] = 1.0
    np.testing.assert_allclose(
        Median(size=0.05).apply(frame, at(0, frame)), step(64, 64), atol=2e-3
    )
    wide = np.repeat(np.repeat(step(64, 64), 8, axis=0), 8, axis=1)
    shown = Median(size=0.2).apply(wide, at(0, wide))
    assert shown.shape == wide.shape
    np.testing.assert_allclose(shown[:, :200], wide[:, :200], atol=2e-3)


def test_kuwahara_returns_the_mean_of_one_of_four_quadrants(random: Random, at: At) -> None:
    frame = random(12, 10)
    painted = Kuwahara(size=0.1).apply(frame, at(0, frame))
    around = np.pad(frame, ((1, 1), (1, 1), (0, 0)), "symmetric")
    for row, column in ((3, 4), (7, 2), (0, 0)):
        means = [
            around[row + y : row + y + 2, column + x : column + x + 2].mean(axis=(0, 1))
            for y in (0, 1)
            for x in (0, 1)
        ]
        assert min(np.abs(mean - painted[row, column]).max() for mean in means) < 1e-5


def test_emboss_lights_edges_from_its_angle(at: At) -> None:
    frame = np.full((64, 64, 3), 0.2, np.float32)
    frame[20:44, 20:44] = 0.8
    relief = Emboss(angle=180.0, amount=0.5, size=0.03).apply(frame, at(0, frame))[..., 0]
    assert relief[32, 19:21].max() > 0.7, "lit from the left"
    assert relief[32, 43:45].min() < 0.3
    np.testing.assert_allclose(relief[32, 28:36], 0.5, atol=1e-6)
    other = Emboss(angle=0.0, amount=0.5, size=0.03).apply(frame, at(0, frame))[..., 0]
    np.testing.assert_allclose(relief + other, 1.0, atol=1e-4)
    raised = Emboss(mode="colour", amount=0.5, size=0.03).apply(frame, at(0, frame))
    np.testing.assert_allclose(raised[28:36, 28:36], 0.8, atol=1e-6)


def test_edges_are_drawn_only_at_edges(at: At) -> None:
    frame = step(96, 64)
    neon = Edges(size=0.02).apply(frame, at(0, frame))
    assert neon[:, 47:49].min() > 0.4
    assert neon[:, :40].max() < 1e-6
    ink = Edges(mode="ink", size=0.02).apply(frame, at(0, frame))
    np.testing.assert_allclose(ink[:, :40], 1.0, atol=1e-6)
    assert ink[:, 47:49].max() < 0.6
    outline = Edges(mode="outline", size=0.02).apply(frame, at(0, frame))
    np.testing.assert_allclose(outline[:, :40], frame[:, :40], atol=1e-6)
    assert Edges(threshold=1.0, size=0.02).apply(frame, at(0, frame)).max() < 1e-6


def test_morphology_dilates_lights_in_its_shape(at: At) -> None:
    frame = np.zeros((100, 100, 3), np.float32)
    frame[50, 50] = 1.0
    for shape, high, wide in (("square", 5, 5), ("row", 1, 5), ("column", 5, 1)):
        effect = Morphology.model_validate({"shape": shape, "size": 0.04})
        lit = effect.apply(frame, at(0, frame))[..., 0] > 0.5
        assert (lit.any(axis=1).sum(), lit.any(axis=0).sum()) == (high, wide)
        assert lit.sum() == high * wide
    gone = Morphology(mode="open", size=0.04).apply(frame, at(0, frame))
    assert gone.max() == 0.0
    dark = Morphology(mode="close", size=0.04).apply(1.0 - frame, at(0, frame))
    assert dark.min() == 1.0


def test_bloom_spreads_lights_and_streaks_horizontally(at: At) -> None:
    frame = np.full((96, 128, 3), 0.05, np.float32)
    frame[44:52, 60:68] = 1.0
    halo = Bloom(streak=0.0, size=0.3).apply(frame, at(0, frame))
    gain = (halo - frame)[..., 1]
    assert gain[48, 76] > gain[48, 90] > 1e-4
    assert gain[48, 80] == pytest.approx(gain[64, 64], rel=0.2)
    streaked = Bloom(streak=2.0, size=0.3).apply(frame, at(0, frame)) - halo
    assert streaked[48, 110, 2] > 0.02
    assert streaked[20, 64, 2] < 0.1 * streaked[48, 110, 2]
    assert Bloom(threshold=2.0).apply(frame, at(0, frame)) == pytest.approx(frame, abs=1e-6)
    fed = frame
    for index in range(60):
        fed = Bloom().apply(fed, at(index, frame))
    assert fed.max() < 1.5


def test_radial_blur_blurs_along_circles_or_rays(shots: Shots, at: At) -> None:
    rings = np.hypot(*np.meshgrid(np.arange(97) - 48.0, np.arange(97) - 48.0))
    frame = np.repeat((np.sin(rings) * 0.5 + 0.5)[..., None], 3, axis=2).astype(np.float32)
    spun = RadialBlur(mode="spin", amount=0.5).apply(frame, at(0, frame))
    zoomed = RadialBlur(mode="zoom", amount=0.5).apply(frame, at(0, frame))
    ring = slice(30, 66), slice(30, 66)
    assert spun[ring].std() > 0.6 * frame[ring].std(), "rings stay when they are spun"
    assert zoomed[36:40, 48].std() < 0.7 * frame[36:40, 48].std()
    real = shots(96, 64)[0]
    np.testing.assert_allclose(RadialBlur(amount=0.0).apply(real, at(0, real)), real, atol=1e-6)
    wheel = RadialBlur(mode="spin", amount=0.3).apply(real, at(0, real))
    assert cv2.Laplacian(wheel, cv2.CV_32F).std() < 0.5 * cv2.Laplacian(real, cv2.CV_32F).std()
