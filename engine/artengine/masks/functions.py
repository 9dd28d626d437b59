"""The functions of masks that return pictures, in addition to the functions of expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from artengine.curves import SignalContext
from artengine.curves.memory import Evaluate, Memory
from artengine.masks.clouds import clouds
from artengine.masks.names import DREAM, LAST, NAMES, TRUTH, places
from artengine.masks.plane import AnyValue, Plane, Value, as_numbers
from artengine.masks.seen import Seen
from artengine.masks.shaping import feathered, grown
from artengine.masks.view import View

Part: TypeAlias = Callable[[View], AnyValue]
"""A part of a mask, compiled."""


@dataclass(slots=True)
class Place:
    """A call in a mask that is being compiled.

    Args:
        parts: its arguments that may be pictures.
        numbers: its arguments that are numbers.
        text: the text among its arguments.
        key: the key of its random numbers.
        memories: the memories of the mask, in the order in which they are advanced.
    """

    parts: tuple[Part, ...]
    numbers: tuple[Evaluate, ...]
    text: str
    key: int
    memories: list[Memory] = field(default_factory=list)

    def number(self, place: int, default: float) -> Evaluate:
        """Return one of the numbers, or a default if it is omitted."""
        return self.numbers[place] if place < len(self.numbers) else lambda _now: default


@dataclass(frozen=True, slots=True)
class PictureFunction:
    """A function that returns a picture.

    Args:
        written: its signature.
        about: its description.
        takes: its arguments, a letter for each: `p` a picture or a number, `n` a number, `t` a
            text; those after a blank may be omitted.
        cost: its time, in tenths of a millisecond at 512x512.
        build: compiles a call of it.
        looks: the frames that it looks at.
        still: whether it depends only on its arguments and the frame's size.
    """

    written: str
    about: str
    takes: str
    cost: int
    build: Callable[[Place], Part]
    looks: frozenset[str] = frozenset()
    still: bool = False

    @property
    def least(self) -> int:
        """The least number of arguments."""
        return len(self.takes.partition(" ")[0])

    @property
    def kinds(self) -> str:
        """The letter of each argument."""
        return self.takes.replace(" ", "")


class Phase(Memory):
    """The integral of a speed over time, from 0 at the first frame."""

    def __init__(self, speed: Evaluate) -> None:
        super().__init__()
        self._speed = speed

    def advance(self, now: SignalContext) -> None:
        """Advance by a frame."""
        self.state[0] = self.state[0] + self._speed(now) / now.clock.fps if self.begun else 0.0


def _radius(place: Place) -> Part:
    across, down = place.number(0, 0.5), place.number(1, 0.5)

    def radius(view: View) -> Plane:
        width, height = view.size
        shorter = min(width, height)
        right = places(view.size, 0) - np.float32(across(view.now))
        below = places(view.size, 1) - np.float32(down(view.now))
        right *= np.float32(width / shorter)
        below *= np.float32(height / shorter)
        distance: Plane = np.sqrt(right * right + below * below)
        return distance

    return radius


def _noise(place: Place) -> Part:
    scale, phase, key = place.number(0, 0.25), Phase(place.number(1, 0.25)), place.key
    place.memories.append(phase)
    return lambda view: clouds(view.size, scale(view.now), phase.value(view.now), key)


def _hue_of(whose: Callable[[View], Seen]) -> Callable[[Place], Part]:
    def build(place: Place) -> Part:
        centre, width = place.number(0, 0.0), place.number(1, 60.0)
        return lambda view: whose(view).near_hue(centre(view.now), width(view.now))

    return build


def _file(place: Place) -> Part:
    path = place.text

    def file(view: View) -> Plane:
        clock = view.now.clock
        return view.films[path].at(clock.index, view.size, clock.fps)

    return file


def _feather(place: Place) -> Part:
    (of,), pixels = place.parts, place.number(0, 0.0)

    def feather(view: View) -> Value:
        value = as_numbers(of(view))
        return value if isinstance(value, float) else feathered(value, pixels(view.now))

    return feather


def _grow(place: Place) -> Part:
    (of,), pixels = place.parts, place.number(0, 0.0)

    def grow(view: View) -> Value:
        value = as_numbers(of(view))
        if isinstance(value, float):
            return 1.0 if value >= 0.5 else 0.0
        return grown(value, pixels(view.now), view.size)

    return grow


def _field(place: Place) -> Part:
    return place.parts[0]


_HUE = "hue(centre[, width])"

FUNCTIONS: Mapping[str, PictureFunction] = MappingProxyType(
    {
        "radius": PictureFunction(
            "radius([x][, y])",
            "how far a pixel is from a point (0.5, 0.5), as a share of the shorter side: "
            "radius() < 0.3 is a round spot in the middle",
            " nn", 8, _radius, still=True,
        ),
        "noise": PictureFunction(
            "noise([scale][, speed])",
            "clouds, 0 to 1, of width scale as a share of the shorter side (0.25), which change "
            "speed (0.25) times a second; in a mask this is a picture and not the noise of curves",
            " nn", 15, _noise,
        ),
        "hue": PictureFunction(
            _HUE,
            "how much a pixel has a hue in degrees, 0 red, 120 green, 240 blue, within a width "
            "(60); grey has none. Also truth.hue, last.hue",
            "n n", 28, _hue_of(lambda view: view.dream), frozenset({DREAM}),
        ),
        "truth.hue": PictureFunction(
            f"truth.{_HUE}", "the same of the source", "n n", 28,
            _hue_of(lambda view: view.truth), frozenset({TRUTH}),
        ),
        "last.hue": PictureFunction(
            f"last.{_HUE}", "the same of the dream one frame earlier", "n n", 28,
            _hue_of(lambda view: view.last), frozenset({LAST}),
        ),
        "file": PictureFunction(
            "file('name')",
            "how bright a picture or a film is, cropped to the frame's shape; a film plays along "
            "from its beginning and again after its end",
            "t", 25, _file,
        ),
        "feather": PictureFunction(
            "feather(mask, pixels)", "the mask with soft edges of that many pixels",
            "pn", 20, _feather, still=True,
        ),
        "grow": PictureFunction(
            "grow(mask, pixels)",
            "where the mask is at least a half, grown by that many pixels; below 0 it shrinks",
            "pn", 25, _grow, still=True,
        ),
        "field": PictureFunction(
            "field(mask)",
            "the mask itself; marks a text as a field if noise or motion in it could also be the "
            "number of that name",
            "p", 0, _field, still=True,
        ),
    }
)  # fmt: skip
"""The functions that return pictures."""


def vocabulary() -> dict[str, str]:
    """Return every name and function of pictures, as it is written, with its description."""
    names = {name: named.about for name, named in NAMES.items()}
    return names | {function.written: function.about for function in FUNCTIONS.values()}
