"""Gaussian noise, many times faster than a generator's own normal numbers."""

from __future__ import annotations

from statistics import NormalDist

import cv2
import numpy as np
import numpy.typing as npt

from artengine_plugins.imaging.random_bytes import random_bytes

_QUANTILES = np.array([NormalDist().inv_cdf((i + 0.5) / 256.0) for i in range(256)])
_TABLE = (_QUANTILES / np.sqrt(2.0 * np.mean(_QUANTILES**2))).astype(np.float32)


def gaussian(rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Draw float32 numbers of mean 0 and standard deviation 1, of any shape.

    Each is the sum of two random bytes looked up among the 256 quantiles of a normal
    distribution; the sum of two normal numbers is normal. None is further out than 3.8.
    """
    numbers = cv2.LUT(random_bytes(rng, shape), _TABLE).astype(np.float32, copy=False)
    np.add(numbers, cv2.LUT(random_bytes(rng, shape), _TABLE), out=numbers)
    return numbers.reshape(shape)
