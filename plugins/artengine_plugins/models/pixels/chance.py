"""Seeded random numbers for networks that sample."""

from __future__ import annotations

from artengine.api import Tensor, seeded_uniform


def uniform(shape: tuple[Tensor | int, ...], seed: Tensor) -> Tensor:
    """Return float32 numbers of a shape, above 0 and below 1, from the int32 `(2,)` seed."""
    return seeded_uniform(shape, seed, 1e-5, 1.0 - 1e-5)
