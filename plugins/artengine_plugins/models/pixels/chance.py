"""Random numbers that belong to a seed, for networks that sample."""

from __future__ import annotations

from artengine.api import Tensor, seeded_uniform


def uniform(shape: tuple[Tensor | int, ...], seed: Tensor) -> Tensor:
    """Float32 numbers of that shape, above 0 and below 1, which the int32 `(2,)` seed decides."""
    return seeded_uniform(shape, seed, 1e-5, 1.0 - 1e-5)
