"""Scenes that the synthetic source can film, by name."""

from __future__ import annotations

from types import MappingProxyType

from .city_rain import CityRain
from .clouds import Clouds
from .fire import Fire
from .night_road import NightRoad
from .plankton import Plankton
from .scene import Scene
from .sea import Sea
from .snow import Snow
from .starfield import Starfield
from .street import Street

__all__ = ["Scene", "scenes"]

scenes: MappingProxyType[str, type[Scene]] = MappingProxyType(
    {
        "night-road": NightRoad,
        "city-rain": CityRain,
        "plankton": Plankton,
        "starfield": Starfield,
        "sea": Sea,
        "fire": Fire,
        "snow": Snow,
        "clouds": Clouds,
        "street": Street,
    }
)
