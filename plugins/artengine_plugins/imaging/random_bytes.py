"""Random bytes in bulk."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt


def random_bytes(rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Draw uint8 numbers of 0..255 of any shape, eight from each of the generator's words."""
    count = prod(shape)
    words = rng.integers(0, 2**64 - 1, -(-count // 8), dtype=np.uint64, endpoint=True)
    # Fix the byte order, so that all machines give the same bytes.
    return words.astype("<u8", copy=False).view(np.uint8)[:count].reshape(shape)
