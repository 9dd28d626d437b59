"""Masks of bends, at the size of a feature map."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.nn.step import pad_to_multiple


def over(share: Any, shape: tuple[int, ...], divisor: int) -> Any:
    """Resize a mask to a feature map; each position gets the mean of the pixels that it covers.

    Args:
        share: float32, a scalar or `(H, W)` at the size of the frames.
        shape: the shape of the feature map, `(B, h, w, C)`.
        divisor: the network's frames are padded to a multiple of this.

    Returns:
        The scalar, or `(h, w, 1)`.
    """
    if not len(share.shape):
        return share
    height, width = shape[1:3]
    padded = pad_to_multiple(ops.reshape(share, (1, *share.shape, 1)), divisor)[0, :, :, 0]
    rows, columns = _covered(height, padded.shape[0]), _covered(width, padded.shape[1])
    return ops.matmul(ops.matmul(rows, padded), columns.T)[..., None]


def _covered(count: int, pixels: int) -> npt.NDArray[np.float32]:
    """Return the overlaps of `count` positions and the pixels, `(count, pixels)`; rows sum to 1."""
    ends = np.arange(count + 1) * (pixels / count)
    each = np.arange(pixels)
    first, last = np.maximum(ends[:-1, None], each), np.minimum(ends[1:, None], each + 1)
    shares = np.maximum(last - first, 0.0)
    covered: npt.NDArray[np.float32] = (shares / shares.sum(axis=1, keepdims=True)).astype(
        "float32"
    )
    return covered
