"""A stand-in for a network, for tests of what goes on around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from artengine.frame import Frame


class SmallNetwork:
    """Predicts the mean of its context, a little darker; it remembers nothing."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        """The frame after these, float32 `(H, W, 3)`."""
        del seed
        mean: Frame = np.stack(frames).mean(axis=0, dtype=np.float32)
        return mean * np.float32(0.9)

    def reset(self) -> None:
        """Begin a film."""

    def state(self) -> list[Any]:
        """What it remembers: nothing."""
        return []

    def restore(self, state: Sequence[Any]) -> None:
        """Remember it."""
