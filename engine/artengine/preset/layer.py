"""Where the values of a preset were written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the things that presets are laid over each other from: a file, or `--set`.

    Args:
        label: what messages call it.
        folder: what relative paths in it are relative to.
        named: whether the user wrote it on a command line; then its paths may point anywhere.
    """

    label: str
    folder: Path
    named: bool = False


@dataclass(slots=True)
class Origin:
    """Where a value was written, and where the values inside of it were.

    Args:
        layer: where the value was written.
        inside: the origins of its keys or entries.
    """

    layer: Layer
    inside: dict[str | int, Origin] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, layer: Layer) -> Origin:
        """The origin of a value that was written as a whole in one layer."""
        if isinstance(value, dict):
            return cls(layer, {name: cls.of(each, layer) for name, each in value.items()})
        if isinstance(value, list):
            tables = enumerate(value) if any(isinstance(each, dict) for each in value) else ()
            return cls(layer, {number: cls.of(each, layer) for number, each in tables})
        return cls(layer)

    def copy(self) -> Origin:
        """An origin that can be changed without changing this one."""
        return Origin(self.layer, {part: origin.copy() for part, origin in self.inside.items()})
