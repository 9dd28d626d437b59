"""What is asked of a model beside its network, which only Keras can make."""

from __future__ import annotations

from typing import Protocol


class TiledModel(Protocol):
    """What a model says of its frames; see `artengine.model.Model` for each method's contract."""

    @property
    def context(self) -> int:
        """Context frames."""

    @classmethod
    def automatable(cls) -> frozenset[str]:
        """Names of the numbers that may change from frame to frame."""

    @property
    def size_divisor(self) -> int:
        """What height and width must divide by."""

    def receptive_field(self) -> int | None:
        """How far a predicted pixel looks, in pixels; None where frames are never cut."""
