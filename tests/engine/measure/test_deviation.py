"""Deviations between pictures, and whether a codec explains them."""

from __future__ import annotations

import numpy as np
import pytest

from artengine.frame import Picture
from artengine.measure.deviation import Deviation, deviation, explains


def picture(level: int, width: int = 64, height: int = 48) -> Picture:
    return np.full((height, width, 3), level, np.uint8)


def test_a_picture_does_not_deviate_from_itself() -> None:
    assert deviation(picture(7), picture(7)) == Deviation(0, 0)
    assert deviation(picture(7), picture(7, 33, 17)) == Deviation(0, 0)
    assert deviation(picture(9, 1, 1), picture(5, 1, 1)) == Deviation(4, 4)


def test_block_means_ignore_noise_but_show_a_shifted_region() -> None:
    rng = np.random.default_rng(0)
    noisy = np.asarray(picture(128) + rng.integers(-8, 9, (48, 64, 3)), np.uint8)
    noise = deviation(picture(128), noisy)
    assert noise.mean == pytest.approx(4.2, abs=0.2)
    assert noise.block < 1.5
    moved = picture(128)
    moved[:16, 16:32] = 228
    place = deviation(picture(128), moved)
    assert place.block == pytest.approx(100)
    assert place.mean == pytest.approx(100 / 12)


@pytest.mark.parametrize(
    ("codec", "measured", "same"),
    [
        ((0, 0), (0, 0), True),
        ((0, 0), (0.01, 1), False),
        ((2, 3), (2.3, 5), True),
        ((2, 3), (2.5, 3), False),
        ((2, 3), (2, 14), False),
    ],
)
def test_a_codec_explains_its_own_error_only(
    codec: tuple[float, float], measured: tuple[float, float], same: bool
) -> None:
    assert explains(Deviation(*codec), Deviation(*measured)) is same
