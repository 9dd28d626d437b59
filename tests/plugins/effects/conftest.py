"""Frames to process, real and random, and times at which to do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from artengine.api import Clock, Frame, FrameContext, Size, to_frame
from artengine_plugins.sources.video import Video


@pytest.fixture(scope="session")
def shots(bikes: Path) -> Callable[[int, int], Sequence[Frame]]:
    """Eight read-only frames of a real clip, a fifth of a second apart, by width and height."""
    known: dict[Size, list[Frame]] = {}

    def read(width: int, height: int) -> Sequence[Frame]:
        size = (width, height)
        if size not in known:
            footage = Video(path=str(bikes), fit="crop").open(size=size)
            known[size] = [to_frame(shot) for shot in islice(footage.frames(), 0, 40, 5)]
            for frame in known[size]:
                frame.setflags(write=False)
        return known[size]

    return read


@pytest.fixture(scope="session")
def random() -> Callable[..., Frame]:
    """A read-only frame of random values, by width and height, the same at each call."""

    def draw(width: int, height: int, low: float = 0.0, high: float = 1.0, seed: int = 1) -> Frame:
        values = np.random.default_rng(seed).uniform(low, high, (height, width, 3))
        frame = values.astype(np.float32)
        frame.setflags(write=False)
        return frame

    return draw


@pytest.fixture(scope="session")
def at() -> Callable[[int, Frame], FrameContext]:
    """The context of a frame of a film of 24 frames a second, by index and truth."""
    return lambda index, truth: FrameContext(Clock(index, 24.0), truth, seed=5, slot="feedback.0")
