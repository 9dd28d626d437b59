"""The interface of a model without its network, which only Keras can build."""

from __future__ import annotations

from typing import Protocol


class TiledModel(Protocol):
    """A model as tiling and stepping use it; see `artengine.model.Model` for the contracts."""

    @property
    def context(self) -> int:
        """Context frames."""

    @classmethod
    def automatable(cls) -> frozenset[str]:
        """Return the names of the numbers that may change from frame to frame."""

    @property
    def size_divisor(self) -> int:
        """The number that must divide height and width."""

    def receptive_field(self) -> int | None:
        """Return the receptive field's radius in pixels; None if frames are never cut."""
