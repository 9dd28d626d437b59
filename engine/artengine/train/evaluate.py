"""Evaluation of a network on held-out frames, compared with the copy-last baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from artengine.frame import Frame, to_frame
from artengine.train.held_out import Window
from artengine.train.monitor import STRIP, monitor_picture
from artengine.train.scores import psnr, ssim
from artengine.train.task import TrainingTask

if TYPE_CHECKING:
    import keras
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over held-out windows of PSNR in decibels and SSIM, for the network and for a copy of
    the last frame."""

    psnr: float
    ssim: float
    psnr_copy: float
    ssim_copy: float


class Evaluator:
    """Evaluates a network with its current weights.

    Args:
        task: the training task.
        network: its network.
        windows: held-out windows; see `held_out_windows`.
    """

    def __init__(self, task: TrainingTask, network: keras.Model, windows: Sequence[Window]) -> None:
        from artengine.nn.measure import OwnMeasures
        from artengine.nn.predictor import KerasRuntime, Predictor

        self._windows = windows
        runtime = KerasRuntime(task.model, network, starts_often=True)
        self._predictor = Predictor(task.model, network, runtime=runtime)
        self._own_measures = OwnMeasures(task.model, network)

    def scores(self) -> Scores:
        """Return mean PSNR and SSIM of the windows' next frames."""
        rows = []
        for window in self._windows:
            context, truth = window.frames()
            self._predictor.reset()
            rows.append(_compared(truth, np.clip(self._predictor(context), 0.0, 1.0)))
        self._predictor.reset()
        return Scores(*np.mean(rows, axis=0).tolist(), *self._copied)

    def own_measures(self, limit: int | None = None) -> dict[str, float]:
        """Return the means of the model's own measures, over the first `limit` windows or all."""
        return self._own_measures(window.frames() for window in self._windows[:limit])

    def picture(self) -> Image.Image:
        """Return the monitor picture of the first window."""
        context, truth = self._windows[0].frames()
        prediction = self._predictor(context)
        return monitor_picture(context, prediction, truth, self._dream(context))

    @cached_property
    def _copied(self) -> list[float]:
        """PSNR and SSIM of the copy-last baseline, which are the same in each epoch."""
        rows = [
            _compared(to_frame(window.truth), to_frame(window.context[-1]))
            for window in self._windows
        ]
        means: list[float] = np.mean(rows, axis=0).tolist()
        return means

    def _dream(self, context: tuple[Frame, ...]) -> list[Frame]:
        """Return the first frames of a dream without effects."""
        self._predictor.reset()
        frames = list(context)
        for index in range(max(STRIP)):
            frames.append(self._predictor(frames[-len(context) :], (0, index)))
        self._predictor.reset()
        return frames[len(context) :]


def _compared(truth: Frame, guess: Frame) -> tuple[float, float]:
    return psnr(truth, guess), ssim(truth, guess)
