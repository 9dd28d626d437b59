"""Measuring a network on held-out frames, beside the copied last frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from artengine.frame import Frame, Picture, to_frame, to_picture

if TYPE_CHECKING:
    from artengine.nn.predictor import Predictor


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


def validate(predictor: Predictor, windows: Iterable[Window]) -> Scores:
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
