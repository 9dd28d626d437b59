"""Fake predictors, for tests of the code around a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from artengine.frame import Frame


class Stateless:
    """The interface of a predictor without state."""

    def reset(self) -> None: ...

    def state(self) -> list[Any]:
        return []

    def restore(self, state: Sequence[Any]) -> None: ...


class Still(Stateless):
    """Predicts the last frame again."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        return frames[-1].copy()


class Fading(Stateless):
    """Predicts the mean of its context frames, times 0.9."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        mean: Frame = np.stack(frames).mean(axis=0, dtype=np.float32)
        return mean * np.float32(0.9)
