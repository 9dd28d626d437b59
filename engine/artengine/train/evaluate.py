"""Measuring a network on held-out frames, beside the copy-last baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artengine.frame import Frame
from artengine.train.held_out import Window
from artengine.train.monitor import STRIP, monitor_picture
from artengine.train.task import TrainingTask

if TYPE_CHECKING:
    import keras
    from PIL import Image

    from artengine.nn.predictor import Predictor


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over held-out windows: PSNR in decibels and SSIM, of the network and of a copy of the
    last frame."""

    psnr: float
    ssim: float
    psnr_copy: float
    ssim_copy: float


class Evaluator:
    """Measures a network as it is at each call.

    Args:
        task: what is trained.
        network: its network.
        windows: held-out windows; see `held_out_windows`.
    """

    def __init__(self, task: TrainingTask, network: keras.Model, windows: Sequence[Window]) -> None:
        from artengine.nn.measure import OwnMeasures
        from artengine.nn.predictor import Predictor

        self._windows = windows
        self._predictor = Predictor(task.model, network)
        self._own_measures = OwnMeasures(task.model, network)

    def scores(self) -> Scores:
        """PSNR and SSIM."""
        return evaluate(self._predictor, self._windows)

    def own_measures(self, limit: int | None = None) -> dict[str, float]:
        """What the model measures of itself, over the first `limit` windows or all of them."""
        return self._own_measures(window.frames() for window in self._windows[:limit])

    def picture(self) -> Image.Image:
        """The monitor picture of the first window."""
        context, truth = self._windows[0].frames()
        prediction = self._predictor(context)
        return monitor_picture(context, prediction, truth, self._dream(context))

    def _dream(self, context: tuple[Frame, ...]) -> list[Frame]:
        """The first frames of a dream without effects."""
        self._predictor.reset()
        frames = list(context)
        for index in range(max(STRIP)):
            frames.append(self._predictor(frames[-len(context) :], (0, index)))
        self._predictor.reset()
        return frames[len(context) :]


def evaluate(predictor: Predictor, windows: Iterable[Window]) -> Scores:
    """Predict each window's next frame and compare."""
    from artengine.nn.metrics import psnr, ssim

    def score(truth: Frame, guess: Frame) -> tuple[float, float]:
        clipped = np.clip(guess, 0.0, 1.0)
        return float(psnr(truth[None], clipped[None])[0]), float(
            ssim(truth[None], clipped[None])[0]
        )

    rows = []
    for window in windows:
        context, truth = window.frames()
        predictor.reset()
        prediction = predictor(context)
        rows.append((*score(truth, prediction), *score(truth, context[-1])))
    predictor.reset()
    return Scores(*(float(value) for value in np.mean(rows, axis=0)))
