"""Vital signs: what expressions may read of the last frame that was dreamt."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "motion": "how much the dream moves: 1 as the clip does, 0 not at all",
        "contrast": "how far light and dark are apart: 1 as in the clip",
        "detail": "how much fine detail there is: 1 as in the clip",
        "colour": "how colourful it is: 1 as the clip",
        "drift": "how far it gets in 8 frames: 1 as far as the clip; little where it flickers",
    }
)
"""The vital signs of a dream, all shares of what its clip has."""

REST = 1.0
"""The value of every vital sign before there is a frame to measure."""
