"""Vital signs: measurements of the last dreamt frame, which expressions may read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "motion": "how much the dream moves: 1 as much as the clip, 0 not at all",
        "contrast": "how far light and dark are apart: 1 as in the clip",
        "detail": "how much fine detail there is: 1 as in the clip",
        "colour": "how colourful it is: 1 as the clip",
        "drift": "how much it changes in 8 frames: 1 as much as the clip; little for flicker",
    }
)
"""The vital signs of a dream, all as multiples of the clip's."""

REST = 1.0
"""The value of every vital sign before there is a frame to measure."""
