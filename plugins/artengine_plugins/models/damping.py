"""Damping: attenuate the fine detail that a hint carries from frame to frame."""

from __future__ import annotations

import numpy as np

from artengine.api import Tensor

_BINOMIAL = np.array([0.25, 0.5, 0.25], np.float32)
"""Binomial weights of three neighbours; they remove a pattern of alternating values."""


def damped(picture: Tensor, damping: float | Tensor) -> Tensor:
    """Reduce the difference between each place and its surroundings.

    Args:
        picture: `(B, H, W, 3)`.
        damping: 0 leaves the picture unchanged; 1 replaces each place by a weighted mean of the 3x3
            places around it.
    """
    from keras import ops

    around = ops.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    kernel = np.einsum("i,j,ck->ijck", _BINOMIAL, _BINOMIAL, np.eye(3, dtype=np.float32))
    smooth = ops.conv(around, kernel, padding="valid")
    return picture + damping * (smooth - picture)
