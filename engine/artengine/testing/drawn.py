"""Frames to test plugins with: drawn, so that they are the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from artengine.curves import Clock
from artengine.effect import FrameContext
from artengine.ffmpeg import Encoder
from artengine.frame import Frame, Size, to_picture

FPS = 24.0
"""The frame rate of everything here."""


def moment(index: int, truth: Frame | None = None) -> FrameContext:
    """Return the context of an effect at a frame of a film.

    Args:
        index: frames since the film's first.
        truth: the source frame; None for an effect that does not use it.
    """
    return FrameContext(Clock(index, FPS), truth, seed=5, slot="feedback/tried/0")


def random_frame(size: Size, low: float = 0.0, high: float = 1.0, seed: int = 1) -> Frame:
    """Return a read-only frame of random values, the same at each call.

    Args:
        size: width and height in pixels.
        low, high: the range of the values.
        seed: the seed of the random numbers.
    """
    width, height = size
    values = np.random.default_rng(seed).uniform(low, high, (height, width, 3))
    return _read_only(values.astype(np.float32))


@lru_cache(maxsize=8)
def frames(size: Size = (96, 64), count: int = 8) -> Sequence[Frame]:
    """Return read-only frames of a clip: lights and a striped board that pass before a soft sky.

    Args:
        size: width and height in pixels.
        count: the number of frames; each is a fifth of a second after the one before.
    """
    return tuple(_read_only(_drawn(size, at / 5.0)) for at in range(count))


def write_clip(path: Path, size: Size = (64, 48), count: int = 24) -> Path:
    """Write a video file of such frames.

    Args:
        path: the file, whose suffix selects the container, such as `clip.mp4`.
        size: width and height in pixels, both even.
        count: the number of frames.
    """
    encoder = Encoder(path, size, FPS, ["-c:v", "libx264", "-pix_fmt", "yuv420p"])
    for at in range(count):
        encoder.write(to_picture(_drawn(size, at / FPS)))
    encoder.close()
    return path


def _drawn(size: Size, seconds: float) -> Frame:
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    # A sky that drifts, in another phase for each colour.
    phases = np.array([0.0, 0.9, 2.1], np.float32)
    waves = np.sin(5 * x[..., None] + 4 * y[..., None] ** 2 + phases - 1.1 * seconds)
    frame: Frame = 0.55 + 0.22 * waves - 0.15 * y[..., None]
    # A tiled ground that approaches, and bright sky above.
    depth = 1.0 / np.maximum(y - 0.55, 0.02)
    squares = np.sign(np.sin(1.4 * depth + 4 * seconds) * np.sin(2.0 * (x - 0.5) * depth))
    frame += np.where((y > 0.6)[..., None], 0.28 * squares[..., None], 0.35 * (0.6 - y[..., None]))
    # Static grain, so that there is detail everywhere.
    grain = np.random.default_rng(7).uniform(-0.1, 0.1, (height, width, 1))
    frame = np.asarray(frame + grain, np.float32)
    # A striped board that moves to the right.
    left = (0.05 + 0.31 * seconds) % 1.2 - 0.15
    board = (np.abs(x - left - 0.12) < 0.12) & (np.abs(y - 0.62) < 0.2)
    stripes = 0.5 + 0.5 * np.sign(np.sin(40 * (y + 0.5 * x)))
    colours = np.stack([0.85 * stripes, 0.25 + 0.2 * stripes, 0.3 - 0.2 * stripes], -1)
    frame[board] = colours[board].astype(np.float32)
    for number, colour in enumerate([(1.0, 0.9, 0.5), (0.35, 0.8, 1.0), (1.0, 0.35, 0.3)]):
        angle = 0.7 * seconds + 2.1 * number
        distance = np.hypot(
            x - 0.5 - 0.32 * np.cos(angle), (y - 0.4 - 0.25 * np.sin(1.3 * angle)) * height / width
        )
        glow = np.exp(-((distance / 0.07) ** 2))[..., None]
        frame = np.asarray(frame + (colour - frame) * glow, np.float32)
    return np.ascontiguousarray(np.clip(frame, 0.0, 1.0), np.float32)


def resized(frame: Frame, size: Size) -> Frame:
    """Resize a frame by nearest-neighbour interpolation."""
    made = cv2.resize(frame, size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(made, np.float32)


def _read_only(frame: Frame) -> Frame:
    frame.setflags(write=False)
    return frame
