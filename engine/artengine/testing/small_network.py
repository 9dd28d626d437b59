"""A stand-in for a network, for tests of the code around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from artengine.frame import Frame


class SmallNetwork:
    """Predicts the mean of its context, a little darker; it has no state."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        """Return the frame after these, float32 `(H, W, 3)`."""
        del seed
        mean: Frame = np.stack(frames).mean(axis=0, dtype=np.float32)
        return mean * np.float32(0.9)

    def reset(self) -> None:
        """Begin a film."""

    def state(self) -> list[Any]:
        """Return its state, which is empty."""
        return []

    def restore(self, state: Sequence[Any]) -> None:
        """Do nothing: there is no state."""
