"""LUT: a film's grade from a table of colours."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import ClassVar, Literal, get_args

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.cube import (
    Cells,
    Cube,
    apply_cube,
    even_colours,
    plain_cube,
    read_cube,
)
from artengine_plugins.imaging.luma import luma

Look = Literal["teal-orange", "cross-process", "day-for-night", "sepia"]


class Lut(Effect):
    """The picture takes on the grade of a film: one of four looks, or any .cube file."""

    name: ClassVar[str] = "lut"
    uses_truth: ClassVar[bool] = False

    look: Look = "teal-orange"
    """A built-in look: `teal-orange`, the blockbuster's; `cross-process`, slide film in the wrong
    bath; `day-for-night`, blue and dark; `sepia`, an old print. Ignored when a `path` is
    given."""

    path: str = Param("", path=True)
    """A LUT as a .cube file, with one or three dimensions."""

    _read: tuple[str, Cube] | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Look each colour up."""
        return apply_cube(frame, self._cube())

    def _cube(self) -> Cube:
        if not self.path:
            return _look(self.look)
        if self._read is None or self._read[0] != self.path:
            self._read = self.path, read_cube(Path(self.path))
        return self._read[1]


@cache
def _look(name: Look) -> Cube:
    cells = even_colours(33)
    return plain_cube(_GRADES[get_args(Look).index(name)](cells).astype(np.float32))


def _teal_orange(cells: Cells) -> Cells:
    light = _light(cells)
    shade, tint = np.array([-0.12, 0.02, 0.10]), np.array([0.12, 0.02, -0.14])
    warmth = cells[..., :1] - cells[..., 2:]
    vivid = light + 1.15 * (cells - light) + 0.25 * warmth * np.array([1.0, 0.0, -1.0])
    return _bent(np.clip(vivid + (1 - light) * shade + light * tint, 0.0, 1.0), 0.35)


def _cross_process(cells: Cells) -> Cells:
    red = _bent(cells[..., 0], 0.9)
    green = np.clip(_bent(cells[..., 1], 0.6) * 1.05, 0.0, 1.0)
    blue = 0.22 + 0.55 * cells[..., 2]
    return np.stack([red, green, blue], axis=-1)


def _day_for_night(cells: Cells) -> Cells:
    light = _light(cells)
    dim = (light + 0.35 * (cells - light)) ** 1.5
    night: Cells = (dim * np.array([0.38, 0.55, 0.95])).astype(np.float32)
    return night


def _sepia(cells: Cells) -> Cells:
    light = _bent(_light(cells), 0.3)
    toned: Cells = light ** np.array([0.75, 1.0, 1.35], np.float32)
    return np.float32(0.04) + toned * np.array([0.96, 0.88, 0.74], np.float32)


def _light(cells: Cells) -> Cells:
    return luma(cells.reshape(-1, 1, 3)).reshape(*cells.shape[:-1], 1)


def _bent(values: Cells, amount: float) -> Cells:
    """Raise contrast without clipping, by an S-shaped curve."""
    return values + amount * (values * values * (3.0 - 2.0 * values) - values)


_GRADES = (_teal_orange, _cross_process, _day_for_night, _sepia)
