import numpy as np
import numpy.typing as npt
import pytest

from artengine.nn.metrics import ssim


def pictures(seed: int, shape: tuple[int, ...] = (2, 40, 50, 3)) -> npt.NDArray[np.float32]:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def test_ssim_equals_that_of_tensorflow() -> None:
    import tensorflow as tf

    a = pictures(0)
    b = np.clip(a + 0.2 * (pictures(1) - 0.5), 0, 1).astype(np.float32)
    np.testing.assert_allclose(np.asarray(ssim(a, b)), tf.image.ssim(a, b, 1.0), atol=2e-5)


def test_ssim_of_equal_pictures_is_1_even_when_tiny() -> None:
    a = pictures(0, (1, 3, 5, 3))
    assert float(ssim(a, a)[0]) == pytest.approx(1.0)
