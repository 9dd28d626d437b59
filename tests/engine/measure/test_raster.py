"""The raster measure detects pixel grids and ignores other content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from artengine.frame import Picture, Size
from artengine.measure import measure
from artengine.measure.raster import RasterSamples, raster


def raster_of(pictures: Iterable[Picture]) -> float | None:
    samples = RasterSamples()
    for picture in pictures:
        samples.feed(picture)
    return raster(samples)


@pytest.fixture(scope="module")
def clip(pictures: Callable[[str, Size], list[Picture]]) -> list[Picture]:
    """120 frames at the clip's own size."""
    return pictures("carphone_pristine.mp4", (176, 144))


def with_grid(picture: Picture, period: int, strength: float) -> Picture:
    """Darken every `period`-th column and row."""
    grid = np.zeros(picture.shape[:2])
    grid[::period, :] = grid[:, ::period] = strength
    return np.clip(picture - grid[..., None], 0, 255).astype(np.uint8)


def test_a_real_clip_has_little_raster(clip: list[Picture]) -> None:
    """By the definition, this clip has 1.6 dB at its own size."""
    assert raster_of(clip) == pytest.approx(1.6, abs=0.1)


@pytest.mark.parametrize("period", [2, 4, 8])
def test_a_faint_grid_is_detected(clip: list[Picture], period: int) -> None:
    result = raster_of(with_grid(picture, period, 4.0) for picture in clip)
    assert result is not None
    assert result > 9.0


def test_other_patterns_are_not_detected(clip: list[Picture]) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (96, 128, 3)).astype(np.uint8) for _ in range(60)]
    flat = [np.full((64, 64, 3), 90, np.uint8)] * 60
    seventh = [with_grid(picture, 7, 4.0) for picture in clip]
    for pictures, most in ((noise, 1.5), (flat, 0.01), (seventh, 4.0)):
        result = raster_of(pictures)
        assert result is not None
        assert result < most


def test_frames_from_24_on_count_evenly(clip: list[Picture]) -> None:
    """The first frames are still the clip's; a longer film is not sampled more densely."""
    late = clip[:24] + [with_grid(picture, 4, 4.0) for picture in clip[24:]]
    early = [with_grid(picture, 4, 4.0) for picture in clip[:24]] + clip[24:]
    assert raster_of(late) == pytest.approx(raster_of(with_grid(p, 4, 4.0) for p in clip), abs=0.01)
    assert raster_of(early) == pytest.approx(raster_of(clip), abs=0.01)
    samples = RasterSamples()
    for number in range(1000):
        samples.feed(np.full((64, 64, 3), number % 256, np.uint8))
    taken = [int(luma[0, 0]) for luma in samples.take()]
    steps = np.diff(taken) % 256
    assert len(taken) == 24
    assert steps.min() >= 32
    assert steps.max() <= 64


def test_a_report_compares_it_with_the_clip_s(clip: list[Picture]) -> None:
    clip = clip[:50]
    report = measure([with_grid(picture, 4, 4.0) for picture in clip], clip)
    assert report.raster == (raster_of(with_grid(p, 4, 4.0) for p in clip), raster_of(clip))
    assert report.as_data()["clip_raster"] == report.raster[1]
    assert "a grid of pixels shows" in report.as_text()
    assert "the clip's own" in replace(report, raster=(4.5, 1.6)).as_text()
    assert raster_of(picture[:48, :48] for picture in clip) is None
    assert "raster" not in replace(report, raster=(None, None)).as_text()
