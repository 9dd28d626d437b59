"""Perlin noise that changes in place."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Size
from artengine_plugins.imaging.luma import Plane

_PERIOD = 64
"""Period of the lattice in points; a power of two."""

_NARROWEST = 2.0
"""Width in pixels of the finest blobs."""

_SAMPLES = 5
"""Samples per cell at which noise is computed; cubic interpolation fills the rest."""

_SCALE = np.sqrt(2.0)
"""Scales two-dimensional gradient noise to -1..1."""


class FlowNoise:
    """A field of smooth noise over a frame, which changes smoothly with its phase.

    Gradient noise with quintic fades (Perlin, "Improving noise", 2002) and rotating gradients
    (Perlin and Neyret, "Flow noise", 2001), each at its own pace, so that the field never repeats.

    Args:
        rng: draws the lattice; equal generators give equal fields.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._angle = rng.random((_PERIOD, _PERIOD)) * (2.0 * np.pi)
        self._pace = rng.uniform(0.5, 1.5, (_PERIOD, _PERIOD)) * rng.choice(
            [-1.0, 1.0], (_PERIOD, _PERIOD)
        )

    def field(self, size: Size, cell: float, phase: float, octaves: int = 1) -> Plane:
        """Return the noise over a frame.

        Args:
            size: width and height in pixels.
            cell: width of a blob in pixels, above 0.
            phase: how far the field has changed; 1 is about one rotation of the gradients.
            octaves: layers, each half as large and half as strong as the one before. Those with
                blobs narrower than two pixels are left out, because pixels cannot show them.

        Returns:
            float32 `(H, W)`, in -1..1 with a mean near 0. A field of another size shows the same
            pattern when its cell is in proportion: the pattern is fixed at the frame's centre.
        """
        width, height = size
        turned = self._angle + (2.0 * np.pi * phase) * self._pace
        gradients = (np.cos(turned).astype(np.float32), np.sin(turned).astype(np.float32))
        total = np.zeros((1, 1), np.float32)
        octaves = max(1, min(octaves, 1 + int(np.floor(np.log2(cell / _NARROWEST)))))
        strength = 1.0 / (2.0 - 0.5 ** (octaves - 1))
        for octave in range(octaves):
            step = max(1.0, cell / _SAMPLES)
            across, down = max(1, round(width / step)), max(1, round(height / step))
            coarse = _perlin(
                gradients,
                _places(across, width / cell) + 17.0 * octave,
                _places(down, height / cell) + 29.0 * octave,
            )
            coarse *= np.float32(strength)
            # Grids get finer with each octave; only the last is resized to the full frame.
            coarse += _enlarged(total, (across, down))
            total = coarse
            strength /= 2.0
            cell /= 2.0
        return _enlarged(total, size)


def _enlarged(plane: Plane, size: Size) -> Plane:
    return cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC).astype(np.float32, copy=False)


def _places(count: int, cells: float) -> npt.NDArray[np.float64]:
    """Return the centres of `count` equal parts of a span of `cells` cells, centred at cell 32."""
    return ((np.arange(count) + 0.5) / count - 0.5) * cells + _PERIOD / 2


def _perlin(
    gradients: tuple[Plane, Plane], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> Plane:
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u = (x - column).astype(np.float32)[None, :]
    v = (y - row).astype(np.float32)[:, None]
    fade_u, fade_v = _fade(u), _fade(v)

    def corner(right: int, below: int) -> Plane:
        rows, columns = (row + below) % _PERIOD, (column + right) % _PERIOD
        across, down = (part.take(rows, axis=0).take(columns, axis=1) for part in gradients)
        across *= u - right
        down *= v - below
        across += down
        return across

    top = corner(0, 0)
    top += (corner(1, 0) - top) * fade_u
    bottom = corner(0, 1)
    bottom += (corner(1, 1) - bottom) * fade_u
    top += (bottom - top) * fade_v
    top *= np.float32(_SCALE)
    return top


def _fade(t: Plane) -> Plane:
    six, fifteen, ten = np.array([6.0, 15.0, 10.0], np.float32)
    faded: Plane = t * t * t * (t * (t * six - fifteen) + ten)
    return faded
