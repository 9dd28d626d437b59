"""Smooth random fields for clouds, asphalt and skylines."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt


def clouds(
    rng: np.random.Generator, rows: int, columns: int, octaves: int = 5
) -> npt.NDArray[np.float32]:
    """Return fractal value noise, float32 `(rows, columns)`, about -1..1, twice as wide as tall."""
    total = np.zeros((rows, columns), np.float32)
    for octave in range(octaves):
        count = 2 ** (octave + 1)
        grid = rng.standard_normal((count + 1, 2 * count + 1), np.float32)
        smooth = cv2.resize(grid, (columns, rows), interpolation=cv2.INTER_CUBIC)
        total += smooth.reshape(rows, columns) * np.float32(0.5 * 0.55**octave)
    return total


def tiling(
    rng: np.random.Generator, rows: int, columns: int, sigma_y: float, sigma_x: float
) -> npt.NDArray[np.float32]:
    """Return tiling blurred Gaussian noise, float32 `(rows, columns)`, of mean 0 and variance 1."""
    noise = np.fft.rfft2(rng.standard_normal((rows, columns)).astype(np.float32))
    # The Gaussian is separable.
    noise *= np.exp(-2 * np.pi**2 * (np.fft.fftfreq(rows) * sigma_y) ** 2)[:, None]
    noise *= np.exp(-2 * np.pi**2 * (np.fft.rfftfreq(columns) * sigma_x) ** 2)
    smooth = np.fft.irfft2(noise, (rows, columns))
    tile: npt.NDArray[np.float32] = ((smooth - smooth.mean()) / smooth.std()).astype(np.float32)
    return tile
