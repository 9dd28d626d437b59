"""What context frames are changed by in training."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from artengine.nn.disturbance import Disturbance

Rows = npt.NDArray[np.float32]


def frames() -> Rows:
    """Four rows: the same coarse steps, with a fine pattern on them, float32 `(4, 32, 40, 6)`."""
    fine = 0.1 * (np.indices((32, 40)).sum(axis=0) % 2 - 0.5)
    coarse = 0.25 + 0.5 * (np.arange(40) >= 24)
    picture = (coarse + fine)[..., None] * np.ones(6)
    return np.broadcast_to(picture, (4, 32, 40, 6)).astype(np.float32)


def detail(rows: Rows) -> Rows:
    """How strong the pattern is in each row, away from the step."""
    flat = rows[:, 8:24, 2:10]
    return np.asarray(np.abs(np.diff(flat, axis=2)).mean(axis=(1, 2, 3)))


def test_the_contrast_of_detail_is_changed_and_nothing_else() -> None:
    given = frames()
    random = keras.random.SeedGenerator(3)
    gains = []
    for _ in range(20):
        made = np.asarray(Disturbance(contrast=2.0)(given, random))
        gains.append(detail(made) / detail(given))
        np.testing.assert_allclose(made[:, :, 2:10].mean(axis=(1, 2)), 0.25, atol=0.01)
    found = np.concatenate(gains)
    assert 0.5 <= found.min() < 0.7
    assert 1.6 < found.max() <= 2.0
    # As often weaker as stronger.
    assert abs(np.median(np.log(found))) < 0.3


def test_noise_is_of_each_row_s_own_strength() -> None:
    given = frames()
    made = np.asarray(Disturbance(noise=0.1)(given, keras.random.SeedGenerator(1))) - given
    deviations = made.std(axis=(1, 2, 3))
    assert deviations.max() <= 0.1
    assert np.ptp(deviations) > 0.01
    assert np.abs(made.mean(axis=(1, 2, 3))).max() < 0.01


def test_small_and_odd_frames_are_disturbed_too() -> None:
    random = keras.random.SeedGenerator(1)
    for shape in ((1, 1, 1, 3), (2, 5, 19, 3)):
        made = np.asarray(Disturbance(0.1, 2.0)(np.ones(shape, np.float32), random))
        assert made.shape == shape
        assert np.isfinite(made).all()


def test_nothing_is_disturbed_by_default() -> None:
    assert not Disturbance()
    assert Disturbance(noise=0.1)
    assert Disturbance(contrast=1.5)
