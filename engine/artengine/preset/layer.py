"""The origins of a preset's values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the sources that are merged into a preset: a file, or `--set`.

    Args:
        label: its name in messages.
        folder: the folder that its relative paths are relative to.
        named: whether the user gave it on a command line; then its paths may point anywhere.
    """

    label: str
    folder: Path
    named: bool = False


@dataclass(slots=True)
class Origin:
    """The layer of a value, and the origins of the values inside it.

    Args:
        layer: the layer of the value.
        inside: the origins of its keys or entries.
    """

    layer: Layer
    inside: dict[str | int, Origin] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, layer: Layer) -> Origin:
        """Return the origin of a value that is completely from one layer."""
        if isinstance(value, dict):
            return cls(layer, {name: cls.of(each, layer) for name, each in value.items()})
        if isinstance(value, list):
            tables = enumerate(value) if any(isinstance(each, dict) for each in value) else ()
            return cls(layer, {number: cls.of(each, layer) for number, each in tables})
        return cls(layer)

    def copy(self) -> Origin:
        """Return an independent copy."""
        return Origin(self.layer, {part: origin.copy() for part, origin in self.inside.items()})
