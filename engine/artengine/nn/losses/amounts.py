"""Losses that ask how much of something there is about a place, wherever exactly it lies.

An average of all that might come is the best guess for losses that go by pixels, and has too
little detail and too little motion. These count what is there in squares of 8 pixels.
"""

from __future__ import annotations

from typing import Any

from keras import ops

LEAST = 1e-4
"""Steepness below which nothing is seen."""

SQUARE = 8
"""Side of the squares, in pixels; that of the frame where it is smaller."""


def detail(truth: Any, prediction: Any, _last: Any) -> Any:
    """How far the mean steepness of the squares is off, by its square root: of what has little
    detail the same step up or down is seen more."""
    real, made = (
        ops.sqrt(_in_squares(_steepness(frames)) + LEAST) for frames in (truth, prediction)
    )
    return ops.mean(ops.abs(real - made))


def change(truth: Any, prediction: Any, last: Any) -> Any:
    """How far the mean change of the squares from frame to frame is off: each frame is held against
    the one before it, the first against the last one that the network was shown."""
    real, made = (
        _in_squares(ops.abs(ops.diff(ops.concatenate([last[:, None], frames], axis=1), axis=1)))
        for frames in (truth, prediction)
    )
    return ops.mean(ops.abs(real - made))


def _steepness(frames: Any) -> Any:
    """Steps to the neighbours on the right and below, 0 where there is none, `(B, T, H, W, 3)`."""
    total = 0.0
    for axis in (2, 3):
        room = [(0, 1) if side == axis else (0, 0) for side in range(5)]
        total += ops.pad(ops.abs(ops.diff(frames, axis=axis)), room)
    return total


def _in_squares(frames: Any) -> Any:
    """Means over the squares of `(B, T, H, W, 3)`, `(B * T, H', W', 3)`; those that the edge cuts
    are of what is there."""
    height, width = frames.shape[2:4]
    frames = ops.reshape(frames, (-1, height, width, 3))
    return ops.average_pool(frames, (min(SQUARE, height), min(SQUARE, width)), padding="same")
