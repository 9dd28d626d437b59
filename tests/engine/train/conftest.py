"""Footage whose pixels encode the frame number and the position."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest

from artengine.frame import Picture, Size
from artengine.params import Param
from artengine.source import Footage, Source


class NumberedFootage(Footage):
    def __init__(self, source: Numbered, size: Size, fps: float) -> None:
        self.size, self.fps = size, fps
        self.length = None if source.endless else source.count
        self._first, self._count, self._endless = source.first, source.count, source.endless

    def frames(self, start: int = 0) -> Iterator[Picture]:
        width, height = self.size
        number = start
        while self._endless or number < self._count:
            picture = np.empty((height, width, 3), np.uint8)
            picture[..., 0] = (self._first + number) % 256
            picture[..., 1] = np.arange(height)[:, None]
            picture[..., 2] = np.arange(width)
            yield picture
            number += 1


class Numbered(Source):
    """Red encodes the frame's number, green the pixel's row and blue its column."""

    name: ClassVar[str] = "numbered"

    count: int = Param(40, ge=0)
    """Number of frames."""

    first: int = Param(0, ge=0)
    """Number of the first frame."""

    endless: bool = False
    """Whether the footage is endless."""

    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        return NumberedFootage(self, size or (16, 12), fps or 25.0)


@pytest.fixture
def numbered() -> type[Numbered]:
    return Numbered
