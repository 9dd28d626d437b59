"""The scenes of the synthetic source, by name."""

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
"""Module and class of each scene, by its name in presets."""


def scene(name: str) -> type[Scene]:
    """Return the scene of a name. Only its module is imported, because a film shows one scene."""
    module, _, kind = SCENES[name].partition(":")
    found: type[Scene] = getattr(import_module(f"{__name__}.{module}"), kind)
    return found
