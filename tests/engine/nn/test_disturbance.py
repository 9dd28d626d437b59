"""The disturbance of context frames in training."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from artengine.nn.disturbance import Disturbance

Rows = npt.NDArray[np.float32]


def frames() -> Rows:
    """Return four rows of the same coarse step with a fine pattern, float32 `(4, 32, 40, 6)`."""
    fine = 0.1 * (np.indices((32, 40)).sum(axis=0) % 2 - 0.5)
    coarse = 0.25 + 0.5 * (np.arange(40) >= 24)
    picture = (coarse + fine)[..., None] * np.ones(6)
    return np.broadcast_to(picture, (4, 32, 40, 6)).astype(np.float32)


def detail(rows: Rows) -> Rows:
    """Return the strength of the pattern in each row, away from the step."""
    flat = rows[:, 8:24, 2:10]
    return np.asarray(np.abs(np.diff(flat, axis=2)).mean(axis=(1, 2, 3)))


def test_only_the_contrast_of_detail_is_changed() -> None:
    original = frames()
    random = keras.random.SeedGenerator(3)
    gains = []
    for _ in range(20):
        disturbed = np.asarray(Disturbance(contrast=2.0)(original, random))
        gains.append(detail(disturbed) / detail(original))
        np.testing.assert_allclose(disturbed[:, :, 2:10].mean(axis=(1, 2)), 0.25, atol=0.01)
    result = np.concatenate(gains)
    assert 0.5 <= result.min() < 0.7
    assert 1.6 < result.max() <= 2.0
    # The detail is weakened as often as strengthened.
    assert abs(np.median(np.log(result))) < 0.3


def test_the_strength_of_noise_differs_between_rows() -> None:
    original = frames()
    result = np.asarray(Disturbance(noise=0.1)(original, keras.random.SeedGenerator(1))) - original
    deviations = result.std(axis=(1, 2, 3))
    assert deviations.max() <= 0.1
    assert np.ptp(deviations) > 0.01
    assert np.abs(result.mean(axis=(1, 2, 3))).max() < 0.01


def test_small_and_odd_sizes_can_be_disturbed() -> None:
    random = keras.random.SeedGenerator(1)
    for shape in ((1, 1, 1, 3), (2, 5, 19, 3)):
        result = np.asarray(Disturbance(0.1, 2.0)(np.ones(shape, np.float32), random))
        assert result.shape == shape
        assert np.isfinite(result).all()


def test_the_default_is_no_disturbance() -> None:
    assert not Disturbance()
    assert Disturbance(noise=0.1)
    assert Disturbance(contrast=1.5)
