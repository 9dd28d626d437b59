"""Footage drawn by the program itself: endless, at any size, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from artengine.api import Footage, Param, Picture, Size, Source, SourceError

from .scenes import Scene, scene

DRAWING = 1
"""Version of the scenes' drawing; another one when they give pictures that look otherwise, so that
footage which was prepared before is not taken for theirs. Rounding, and what only enlarging the
difference shows, do not count."""

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
    """What is filmed."""
    seed: int = Param(0, ge=0)
    """Which of the endlessly many such places; the same seed gives the same pictures."""
    fps: float = Param(24.0, ge=1, le=240, unit="pictures a second")
    """Pictures a second; things move as fast at any rate."""
    size: tuple[Side, Side] = Param((512, 512), unit="pixels")
    """Width and height, where the preset does not ask for a size."""
    speed: float = Param(1.0, ge=0.1, le=4)
    """How fast the scene's time passes."""
    crowd: float = Param(1.0, ge=0, le=2)
    """How many things move about: traffic, people, creatures, stars, boats, balloons, flakes."""
    sway: float = Param(1.0, ge=0, le=2)
    """How far the camera's path bends and wanders, from straight to twice the usual."""

    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        """Open the scene; see `Source.open`."""
        width, height = size or self.size
        if min(width, height) < 1:
            raise SourceError(
                f"synthetic: size {width}x{height} given; width and height must be at least 1"
            )
        paint = partial(scene(self.scene), (width, height), self.seed, self.crowd, self.sway)
        return _Drawn(paint, (width, height), fps or self.fps, self.speed)

    def fingerprint(self) -> dict[str, str]:
        """The version of the drawing; see `Source.fingerprint`."""
        return {"drawing": str(DRAWING)}


class _Drawn(Footage):
    endless = True

    def __init__(self, paint: Callable[[], Scene], size: Size, fps: float, speed: float) -> None:
        self.size = size
        self.fps = fps
        self.length = None
        self._paint = paint
        self._speed = speed

    def frames(self, start: int = 0) -> Iterator[Picture]:
        # A scene of its own: it draws on one canvas, which takes some thirty times a picture's
        # memory and is let go of with the iterator.
        scene = self._paint()
        for index in count(start):
            yield scene.draw(index / self.fps * self._speed)
