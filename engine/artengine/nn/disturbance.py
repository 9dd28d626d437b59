"""What the frames that a network sees in training are disturbed by, so that it learns to mend them.

A dream shows a network its own predictions, changed by effects. What it is not taught to take back
grows from frame to frame: grain, and the contrast of textures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

UNIT_DEVIATION = 3.0**0.5
"""Uniform noise between minus this and this has a standard deviation of 1."""

COARSE = 8
"""Detail is what differs from the mean of squares of so many pixels a side."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Random changes of the context frames.

    Each row of a batch has its own contrast, and an amount of its own of one pattern of noise.

    Args:
        noise: largest standard deviation of the uniform noise that is added, from 0.
        contrast: largest factor by which the contrast of detail is raised or lowered, from 1.
    """

    noise: float = 0.0
    contrast: float = 1.0

    def __bool__(self) -> bool:
        """Whether anything is changed."""
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
        # As `coarse + gain * (context_frames - coarse)`, with less to do at full size.
        return gain * context_frames + ops.image.resize((1.0 - gain) * coarse, (height, width))

    def _noisy(self, context_frames: Any, random: keras.random.SeedGenerator) -> Any:
        batch, *shape = ops.shape(context_frames)
        deviation = keras.random.uniform((batch, 1, 1, 1), -self.noise, self.noise, seed=random)
        # One for all rows, each of which has its own strength and sign, and not gaussian: random
        # numbers would else take a fifth of a small network's training.
        noise = keras.random.uniform((1, *shape), -UNIT_DEVIATION, UNIT_DEVIATION, seed=random)
        return context_frames + deviation * noise
