"""Damping: fine detail that a hint carries from frame to frame fades."""

from __future__ import annotations

import numpy as np

from artengine.api import Tensor

_BINOMIAL = np.array([0.25, 0.5, 0.25], np.float32)
"""Of three neighbours; of places that differ in turns nothing is left."""


def damped(picture: Tensor, damping: float | Tensor) -> Tensor:
    """Take away a share of what differs from place to place.

    Args:
        picture: `(B, H, W, 3)`.
        damping: from 0, which leaves it, to 1, at which each place becomes a weighted mean of the
            3x3 about it.
    """
    from keras import ops

    around = ops.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    kernel = np.einsum("i,j,ck->ijck", _BINOMIAL, _BINOMIAL, np.eye(3, dtype=np.float32))
    smooth = ops.conv(around, kernel, padding="valid")
    return picture + damping * (smooth - picture)
