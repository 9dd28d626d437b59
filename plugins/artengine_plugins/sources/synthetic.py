"""Procedural footage: endless, at any size, reproducible from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from artengine.api import Footage, Param, Picture, Size, Source, SourceError

from .scenes import Scene, scene

DRAWING = 1
"""Version of the scenes' drawing. Increase it when a change of the pictures is visible, so that
footage prepared with an earlier version is not used; rounding, and differences that show only when
amplified, do not count."""

Side = Annotated[int, Field(ge=1, le=8192)]


class Synthetic(Source):
    """Film a place that does not exist: a road, rain, plankton, stars, sea, fire, snow, clouds."""

    name: ClassVar[str] = "synthetic"

    scene: Literal[
        "night-road",
        "city-rain",
        "plankton",
        "starfield",
        "sea",
        "fire",
        "snow",
        "clouds",
        "street",
    ] = Param("night-road")
    """The place to film."""
    seed: int = Param(0, ge=0)
    """Number of the place; equal seeds give equal pictures."""
    fps: float = Param(24.0, ge=1, le=240, unit="pictures a second")
    """Pictures a second; things move equally fast at any rate."""
    size: tuple[Side, Side] = Param((512, 512), unit="pixels")
    """Width and height, if the preset does not set a size."""
    speed: float = Param(1.0, ge=0.1, le=4)
    """How fast time passes in the scene."""
    crowd: float = Param(1.0, ge=0, le=2)
    """How many things move about: traffic, people, creatures, stars, boats, balloons, flakes."""
    sway: float = Param(1.0, ge=0, le=2)
    """How far the camera's path bends and wanders: straight at 0, twice the usual at 2."""

    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        """Open the scene; see `Source.open`."""
        width, height = size or self.size
        if min(width, height) < 1:
            raise SourceError(
                f"synthetic: size {width}x{height} given; width and height must be at least 1"
            )
        paint = partial(scene(self.scene), (width, height), self.seed, self.crowd, self.sway)
        return _SyntheticFootage(paint, (width, height), fps or self.fps, self.speed)

    def fingerprint(self) -> dict[str, str]:
        """Return the version of the drawing; see `Source.fingerprint`."""
        return {"drawing": str(DRAWING)}


class _SyntheticFootage(Footage):
    endless = True

    def __init__(self, paint: Callable[[], Scene], size: Size, fps: float, speed: float) -> None:
        self.size = size
        self.fps = fps
        self.length = None
        self._paint = paint
        self._speed = speed

    def frames(self, start: int = 0) -> Iterator[Picture]:
        # Create a separate scene: its canvas takes some thirty times the memory of a picture and
        # is freed with the iterator.
        scene = self._paint()
        for index in count(start):
            yield scene.draw(index / self.fps * self._speed)
