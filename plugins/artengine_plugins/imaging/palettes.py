"""The built-in palettes, darkest colour first."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from artengine_plugins.imaging.colour import HexColour

PaletteName = Literal[
    "ember",
    "abyss",
    "dusk",
    "moss",
    "sodium",
    "neon",
    "aurora",
    "infrared",
    "bruise",
    "cyanotype",
    "petrol",
    "orchard",
]

PALETTES: dict[PaletteName, tuple[HexColour, ...]] = {
    "ember": ("#07030a", "#2f0a1c", "#7d1420", "#d2451e", "#f79a3b", "#fff0c2"),
    "abyss": ("#02040d", "#06223f", "#0b5568", "#1f9a93", "#8fdcc0", "#f3fbe9"),
    "dusk": ("#0d0b26", "#3a1c58", "#8b2f78", "#e0607e", "#f9a873", "#fdeec4"),
    "moss": ("#070b08", "#1b2b1d", "#3f5a2a", "#86923f", "#cfc97a", "#f7f3d8"),
    "sodium": ("#05070f", "#1a2233", "#5a3a22", "#c4701d", "#fdb646", "#fff6dd"),
    "neon": ("#08010f", "#34087a", "#b312a8", "#ff4f8b", "#4fd8f2", "#f1fff4"),
    "aurora": ("#030812", "#0a3a4a", "#128a6a", "#6fd07a", "#c6aef2", "#fbe8fa"),
    "infrared": ("#08131a", "#123f47", "#7a1d3f", "#d93a66", "#f79bb0", "#fdf0ea"),
    "bruise": ("#0c0a12", "#2b2146", "#5a3f7d", "#7f7aa0", "#b9b27a", "#efe7b0"),
    "cyanotype": ("#051428", "#0d325e", "#2f659c", "#7ba5c9", "#c5d8e0", "#f8f6ec"),
    "petrol": ("#0a0613", "#153a5c", "#1f8f7d", "#d9c24a", "#e0618f", "#c9d6ff"),
    "orchard": ("#150a14", "#5c1638", "#b53a3c", "#e8944a", "#a9c46c", "#f6f2cf"),
}
"""Six colours each, of increasing lightness; only petrol's pink is a little darker than the colour
before it, which sets lights apart from their surroundings."""


def _name_of(given: Any) -> Any:
    if not isinstance(given, list | tuple):
        return given
    raise ValueError("a list given; write colours of your own as colours = [...]")


PackagedPalette = Annotated[PaletteName, BeforeValidator(_name_of)]
"""Type of the parameter `palette` of an effect that also takes `colours`."""
