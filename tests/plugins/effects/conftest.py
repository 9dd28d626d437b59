"""Fixtures for effects: real and random frames, and frame contexts."""

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
    """A function of width and height to eight read-only frames of a real clip, 0.2 s apart."""
    cache: dict[Size, list[Frame]] = {}

    def read(width: int, height: int) -> Sequence[Frame]:
        size = (width, height)
        if size not in cache:
            footage = Video(path=str(bikes), fit="crop").open(size=size)
            cache[size] = [to_frame(shot) for shot in islice(footage.frames(), 0, 40, 5)]
            for frame in cache[size]:
                frame.setflags(write=False)
        return cache[size]

    return read


@pytest.fixture(scope="session")
def random() -> Callable[..., Frame]:
    """A function of width and height to a read-only frame of random values, reproducibly."""

    def draw(width: int, height: int, low: float = 0.0, high: float = 1.0, seed: int = 1) -> Frame:
        values = np.random.default_rng(seed).uniform(low, high, (height, width, 3))
        frame = values.astype(np.float32)
        frame.setflags(write=False)
        return frame

    return draw


@pytest.fixture(scope="session")
def at() -> Callable[[int, Frame], FrameContext]:
    """A function of index and truth to the context of that frame in a film of 24 fps."""
    return lambda index, truth: FrameContext(Clock(index, 24.0), truth, seed=5, slot="feedback.0")
