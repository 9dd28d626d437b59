"""Scenes that the synthetic source can film, by name."""

from __future__ import annotations

from types import MappingProxyType

from .city_rain import CityRain
from .night_road import NightRoad
from .plankton import Plankton
from .scene import Scene
from .starfield import Starfield

__all__ = ["Scene", "scenes"]

scenes: MappingProxyType[str, type[Scene]] = MappingProxyType(
    {"night-road": NightRoad, "city-rain": CityRain, "plankton": Plankton, "starfield": Starfield}
)
