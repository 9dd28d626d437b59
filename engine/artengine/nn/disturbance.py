"""Augmentation of the context frames in training, so that a network learns to undo such changes.

In a dream, the input of a network is its own predictions, changed by effects. Errors that it has
not learnt to correct grow from frame to frame: grain, and the contrast of textures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

UNIT_DEVIATION = 3.0**0.5
"""Half the range of uniform noise around 0 that has a standard deviation of 1."""

COARSE = 8
"""Side in pixels of the squares whose means are subtracted to get the detail of a frame."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Random changes of the context frames.

    All rows of a batch share one pattern of noise; each has its own amount of it and contrast.

    Args:
        noise: maximum standard deviation of the added uniform noise, at least 0.
        contrast: maximum factor by which the contrast of detail is raised or lowered, at least 1.
    """

    noise: float = 0.0
    contrast: float = 1.0

    def __bool__(self) -> bool:
        """Return whether it changes anything."""
        return self.noise > 0.0 or self.contrast > 1.0

    def __call__(self, context_frames: Any, random: keras.random.SeedGenerator) -> Any:
        """Disturb `(B, H, W, 3 * context)`."""
        if self.contrast > 1.0:
            context_frames = self._contrasted(context_frames, random)
        if self.noise > 0.0:
            context_frames = self._noisy(context_frames, random)
        return context_frames

    def _contrasted(self, context_frames: Any, random: keras.random.SeedGenerator) -> Any:
        batch, height, width, _ = ops.shape(context_frames)
        most = math.log(self.contrast)
        gain = ops.exp(keras.random.uniform((batch, 1, 1, 1), -most, most, seed=random))
        squares = (min(COARSE, height), min(COARSE, width))
        coarse = ops.average_pool(context_frames, squares, strides=squares, padding="same")
        # Equals `coarse + gain * (context_frames - coarse)`, with fewer operations at full size.
        return gain * context_frames + ops.image.resize((1.0 - gain) * coarse, (height, width))

    def _noisy(self, context_frames: Any, random: keras.random.SeedGenerator) -> Any:
        batch, *shape = ops.shape(context_frames)
        deviation = keras.random.uniform((batch, 1, 1, 1), -self.noise, self.noise, seed=random)
        # One pattern for all rows, with a strength and sign per row, and uniform instead of
        # Gaussian: otherwise random numbers would take a fifth of a small network's training.
        noise = keras.random.uniform((1, *shape), -UNIT_DEVIATION, UNIT_DEVIATION, seed=random)
        return context_frames + deviation * noise
