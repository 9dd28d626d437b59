"""Colour cubes: lookup tables that map colours to colours."""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TextIO

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame, SourceError
from artengine_plugins.whole_file import read_whole

Cells = npt.NDArray[np.float32]

_MOST_CELLS = 129
"""Cells per side of the largest cube that is accepted."""

_LARGEST = 96 << 20
"""Size in bytes of the largest file that is accepted."""

_LONGEST_LINE = 10_000
"""Longest line in characters; the rest of a longer one is read as the next line."""

_FINE = 33
"""Fewest cells per side, because OpenCV interpolates in steps of 1/32; fewer are resampled."""


@dataclass(frozen=True)
class Cube:
    """A lookup table of colours.

    Args:
        cells: float32 `(n, n, n, 3)`, indexed by blue, green and red.
        low, high: the input colours, `(3,)` each, of the first and the last cell.
    """

    cells: Cells
    low: Cells
    high: Cells

    @cached_property
    def table(self) -> Cells:
        """Return the cells as a picture of four channels, `(n * n, n, 4)`, slices stacked."""
        count = len(self.cells)
        return np.pad(self.cells.reshape(count * count, count, 3), ((0, 0), (0, 0), (0, 1)))


def even_colours(count: int) -> Cells:
    """Return the cells of an identity cube, `(count, count, count, 3)`."""
    values = np.linspace(0.0, 1.0, count, dtype=np.float32)
    blue, green, red = np.meshgrid(values, values, values, indexing="ij")
    return np.stack([red, green, blue], axis=-1)


def plain_cube(cells: Cells) -> Cube:
    """Return a cube over 0..1, resampled if it is coarse."""
    return Cube(_refined(cells), np.zeros(3, np.float32), np.ones(3, np.float32))


def apply_cube(frame: Frame, cube: Cube) -> Frame:
    """Look up each pixel of a frame in the cube, interpolating along all three axes.

    Colours outside the cube take the nearest colour at its surface.
    """
    count = len(cube.cells)
    # Convert to positions in the table; one matrix is many times faster than broadcasting.
    steps = np.float32(count - 1) / (cube.high - cube.low)
    matrix = np.column_stack([np.diag(steps), -cube.low * steps])
    places = cv2.transform(frame, matrix).astype(np.float32, copy=False)
    np.clip(places, 0.0, count - 1, out=places)
    red, green, blue = cv2.split(places)
    slice_below = np.minimum(np.floor(blue), np.float32(max(0, count - 2)))
    share = (blue - slice_below).astype(np.float32, copy=False)
    # Slices of constant blue are stacked in one picture, which OpenCV interpolates; a fourth
    # channel makes it faster.
    table = cube.table
    rows = slice_below * np.float32(count) + green
    below, above = (
        cv2.remap(table, red, places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
            np.float32, copy=False
        )
        for places in (rows, rows + np.float32(count))
    )
    above -= below
    above *= cv2.merge([share] * 4).astype(np.float32, copy=False)
    above += below
    return cv2.cvtColor(above, cv2.COLOR_BGRA2BGR).astype(np.float32, copy=False)


def read_cube(path: Path) -> Cube:
    """Read a .cube file (Adobe, "Cube LUT specification 1.0", 2013) of one or three dimensions.

    Raises:
        SourceError: when the file cannot be read or parsed; the message gives the reason.
    """
    try:
        data = read_whole(path, _LARGEST)
    except ValueError as error:
        raise SourceError(f"{path} {error}") from error
    try:
        return _parsed(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace"))
    except ValueError as error:
        raise SourceError(f"{path} is not a .cube file that can be read: {error}") from error


def _parsed(lines: TextIO) -> Cube:
    """Parse the lines of a file. Raises ValueError."""
    settings: dict[str, list[float]] = {}
    colours = array("f")
    while line := lines.readline(_LONGEST_LINE):
        words = line.split("#", 1)[0].split()
        if not words or words[0] == "TITLE":
            continue
        if words[0][0].isalpha():
            settings[words[0]] = [_number(word) for word in words[1:]]
        elif len(words) == 3:
            colours.extend(map(_number, words))
        else:
            raise ValueError(f'"{line.strip()[:40]}" is no colour of three numbers')
        if len(colours) > 3 * _MOST_CELLS**3:
            raise ValueError(f"it has more than {_MOST_CELLS**3:,} colours")
    count, wide = (_count(settings, name) for name in ("LUT_3D_SIZE", "LUT_1D_SIZE"))
    if not count and not wide:
        raise ValueError("LUT_3D_SIZE is missing")
    rows = np.array(colours, np.float32).reshape(-1, 3)
    if len(rows) != (count**3 or wide):
        needed = f"{count**3 or wide:,} lines of three numbers are needed"
        raise ValueError(f"{needed}, and {len(rows):,} found")
    low = np.array(settings.get("DOMAIN_MIN", [0.0] * 3), np.float32)
    high = np.array(settings.get("DOMAIN_MAX", [1.0] * 3), np.float32)
    if low.shape != (3,) or high.shape != (3,) or not (high - low > 1e-6).all():
        raise ValueError("DOMAIN_MIN must be three numbers below those of DOMAIN_MAX")
    if not (np.isfinite(rows).all() and np.isfinite(low).all() and np.isfinite(high).all()):
        raise ValueError("every number must be finite")
    cells = rows.reshape(count, count, count, 3) if count else _from_lines(rows)
    return Cube(_refined(cells), low, high)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f'"{word[:40]}" is no number') from None


def _count(settings: dict[str, list[float]], name: str) -> int:
    given = settings.get(name, [0.0])
    most = _MOST_CELLS if name == "LUT_3D_SIZE" else 65536
    if name in settings and (len(given) != 1 or not 2 <= given[0] <= most):
        raise ValueError(f"{name} must be from 2 to {most}")
    return int(given[0])


def _from_lines(colours: Cells) -> Cells:
    """Return the cells of a cube of three independent curves, `(n, 3)`."""
    places = np.linspace(0.0, len(colours) - 1.0, 65)
    curves = [np.interp(places, np.arange(len(colours)), colours[:, part]) for part in range(3)]
    blue, green, red = np.meshgrid(curves[2], curves[1], curves[0], indexing="ij")
    return np.stack([red, green, blue], axis=-1).astype(np.float32)


def _refined(cells: Cells) -> Cells:
    count = len(cells)
    if count >= _FINE:
        return np.ascontiguousarray(cells, np.float32)
    places = np.linspace(0.0, count - 1.0, _FINE)
    hats = np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(count)[None, :]))
    fine = np.einsum("ai,bj,ck,ijkd->abcd", hats, hats, hats, cells, optimize=True)
    return np.ascontiguousarray(fine, np.float32)
