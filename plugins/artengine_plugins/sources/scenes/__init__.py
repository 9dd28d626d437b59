"""Scenes that the synthetic source can film, by name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from .scene import Scene

__all__ = ["SCENES", "Scene", "scene"]

SCENES: Mapping[str, str] = MappingProxyType(
    {
        "night-road": "night_road:NightRoad",
        "city-rain": "city_rain:CityRain",
        "plankton": "plankton:Plankton",
        "starfield": "starfield:Starfield",
        "sea": "sea:Sea",
        "fire": "fire:Fire",
        "snow": "snow:Snow",
        "clouds": "clouds:Clouds",
        "street": "street:Street",
    }
)
"""Module and class of each, by the name that presets call it."""


def scene(name: str) -> type[Scene]:
    """The scene of that name. Its module is imported now, because a film shows one of them."""
    module, _, kind = SCENES[name].partition(":")
    found: type[Scene] = getattr(import_module(f"{__name__}.{module}"), kind)
    return found
