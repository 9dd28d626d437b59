"""Measuring a network on held-out frames, beside the copy-last baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from artengine.frame import Frame, Picture, to_frame, to_picture
from artengine.train.monitor import STRIP, monitor_picture
from artengine.train.read_errors import reading_from
from artengine.train.task import TrainingTask
from artengine.train.windows import windows

if TYPE_CHECKING:
    import keras
    from PIL import Image

    from artengine.nn.predictor import Predictor

VALIDATION_WINDOWS = 16
"""How many held-out windows are measured, evenly spread over the held-out part."""


@dataclass(frozen=True, slots=True)
class Window:
    """Context, oldest first, and what follows it, as pictures: they are held for the whole
    training, and frames would take four times the memory."""

    context: tuple[Picture, ...]
    truth: Picture

    def frames(self) -> tuple[tuple[Frame, ...], Frame]:
        """The same as frames."""
        return tuple(to_frame(picture) for picture in self.context), to_frame(self.truth)


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


def held_out_windows(task: TrainingTask) -> list[Window]:
    """Read the windows that a training is measured on.

    Raises:
        TrainingError: when there is too little footage, or it cannot be read.
    """
    settings = task.settings
    dataset = windows(
        task.footage,
        context=task.model.context,
        targets=1,
        stride=settings.stride,
        part="validation",
        validation=settings.validation,
        crop=None,
        flip=False,
        batch=1,
        seed=0,
        epoch=0,
        limit=VALIDATION_WINDOWS,
    )
    with reading_from(task.footage.folder):
        return [window for batch in dataset for window in split(*batch)]


def split(context_frames: Any, truth: Any) -> list[Window]:
    """Take a batch of windows `(B, H, W, 3n)` and `(B, T, H, W, 3)` in 0..1 apart into pictures."""
    contexts, truths = np.asarray(context_frames), np.asarray(truth)
    return [
        Window(
            tuple(to_picture(frame) for frame in np.split(h, h.shape[-1] // 3, axis=-1)),
            to_picture(t[0]),
        )
        for h, t in zip(contexts, truths, strict=True)
    ]


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
