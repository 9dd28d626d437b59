import numpy as np
import pytest

from artengine.frame import Frame
from artengine.nn import metrics
from artengine.train.scores import psnr, ssim


def frame(seed: int, shape: tuple[int, ...] = (40, 50, 3)) -> Frame:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def test_psnr_of_a_known_error() -> None:
    black = np.zeros((4, 4, 3), np.float32)
    assert psnr(black, black + np.float32(0.1)) == pytest.approx(20.0, abs=1e-4)
    assert psnr(black, black) == pytest.approx(100.0)


@pytest.mark.parametrize("shape", [(40, 50, 3), (11, 30, 3), (9, 8, 3), (6, 20, 3), (1, 1, 3)])
def test_ssim_equals_that_of_the_loss(shape: tuple[int, ...]) -> None:
    truth = frame(0, shape)
    guess = np.clip(truth + 0.2 * (frame(1, shape) - 0.5), 0, 1).astype(np.float32)
    expected = float(metrics.ssim(truth[None], guess[None])[0])
    assert ssim(truth, guess) == pytest.approx(expected, abs=2e-5)
    assert ssim(truth, truth) == pytest.approx(1.0)
