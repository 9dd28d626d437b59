"""Gaussian lights that are collected, computed together, and added to a picture."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from .light import Colour, Plane
from .planes import brighten

_REACHES = (0, 2, 3, 4, 6, 9, 13, 18, 25)
"""Radii in pixels of the groups of lights computed together; larger lights are computed singly."""
_SCATTERED = 4
"""Largest radius in pixels for scattered addition; larger lights are added one by one."""


class Light(NamedTuple):
    """A Gaussian light in pixels: its window, centre, widths and peak."""

    x0: int
    x1: int
    y0: int
    y1: int
    x: float
    y: float
    sigma_x: float
    sigma_y: float
    colour: Colour


class Lights:
    """A queue of lights to be added to the light of a canvas.

    Args:
        light: float32 `(H, W, 3)`.
    """

    def __init__(self, light: Plane) -> None:
        self._light = light
        self._height, self._width = light.shape[:2]
        self._flat = light.reshape(self._height, 3 * self._width)
        self._columns = np.arange(self._width, dtype=np.float32) + np.float32(0.5)
        self._rows = np.arange(self._height, dtype=np.float32) + np.float32(0.5)
        self._waiting: list[Light] = []
        self._sparks: list[Plane] = []

    def add(self, px: float, py: float, wide: float, high: float, colour: Colour) -> None:
        """Queue a light: its centre, standard deviations across and down in pixels, and peak."""
        # A light smaller than a pixel keeps its energy, not its peak.
        sigma_x, sigma_y = max(wide, 0.45), max(high, 0.45)
        share = wide / sigma_x * high / sigma_y
        x0, x1 = max(0, int(px - 3.2 * sigma_x)), min(self._width, int(px + 3.2 * sigma_x) + 1)
        y0, y1 = max(0, int(py - 3.2 * sigma_y)), min(self._height, int(py + 3.2 * sigma_y) + 1)
        if x0 < x1 and y0 < y1:
            peak = colour[0] * share, colour[1] * share, colour[2] * share
            self._waiting.append(Light(x0, x1, y0, y1, px, py, sigma_x, sigma_y, peak))

    def add_round(self, px: Plane, py: Plane, wide: Plane, light: Plane) -> None:
        """Queue lights: centres and standard deviations `(n,)`, in pixels, and peaks `(n, 3)`."""
        sigma = np.maximum(wide, 0.45)
        reach = np.ceil(3.0 * sigma)
        seen = (px > -reach) & (px < self._width + reach)
        seen &= (py > -reach) & (py < self._height + reach)
        light = light * ((wide / sigma) ** 2)[:, None]
        sparks = np.column_stack((reach, px, py, sigma, light))[seen]
        if len(sparks):
            self._sparks.append(sparks)

    def forget(self) -> None:
        """Discard the queued lights."""
        self._waiting.clear()
        self._sparks.clear()

    def settle(self, y0: int, y1: int, x0: int, x1: int) -> None:
        """Add the queued lights if one of them may lie in a window that is to be covered."""
        if self._sparks:
            self.shine()
        for light in self._waiting:
            if light.x0 < x1 and light.x1 > x0 and light.y0 < y1 and light.y1 > y0:
                self.shine()
                return

    def shine(self) -> None:
        """Add the queued lights, grouped by size."""
        if not self._waiting and not self._sparks:
            return
        waiting, self._waiting = self._waiting, []
        groups: dict[int, list[Light]] = {}
        for light in waiting:
            reach = math.ceil(3.2 * max(light.sigma_x, light.sigma_y))
            most = next((most for most in _REACHES[1:] if reach <= most), 0)
            groups.setdefault(most, []).append(light)
        for most, lights in groups.items():
            if most and len(lights) > 2:
                places = np.array([(each.x, each.y, each.sigma_x, each.sigma_y) for each in lights])
                colours = np.array([each.colour for each in lights])
                px, py, sigma_x, sigma_y = places.T
                self._splat(px, py, sigma_x, sigma_y, colours, most)
                continue
            for each in lights:
                self._add(each)
        if self._sparks:
            sparks = np.concatenate(self._sparks)
            self._sparks = []
            self._scatter(sparks)

    def _scatter(self, sparks: Plane) -> None:
        """Add round lights `(n, 7)`: reach, position, width and peak."""
        reach = sparks[:, 0]
        for least, most in itertools.pairwise((*_REACHES, math.inf)):
            chosen = sparks[(reach > least) & (reach <= most)]
            if len(chosen):
                _, px, py, sigma = chosen[:, :4].T
                self._splat(px, py, sigma, sigma, chosen[:, 4:], int(chosen[:, 0].max()))

    def _add(self, light: Light) -> None:
        x0, x1, y0, y1 = light.x0, light.x1, light.y0, light.y1
        across = self._columns[x0:x1] - light.x
        across *= across
        across *= -0.5 / light.sigma_x**2
        down = self._rows[y0:y1, None] - light.y
        down *= down
        down *= -0.5 / light.sigma_y**2
        coloured = np.exp(across, out=across)[:, None] * np.array(light.colour, np.float32)
        brighten(self._flat[y0:y1, 3 * x0 : 3 * x1], np.exp(down, out=down) * coloured.ravel())

    def _splat(
        self, px: Plane, py: Plane, sigma_x: Plane, sigma_y: Plane, light: Plane, reach: int
    ) -> None:
        """Add Gaussian lights of a reach of at most `reach` pixels, positions and widths `(n,)`."""
        span = np.arange(-reach, reach + 1)
        column = np.floor(px).astype(np.int64)[:, None] + span
        row = np.floor(py).astype(np.int64)[:, None] + span
        away_x = (column + 0.5 - px[:, None]) / sigma_x[:, None]
        away_y = (row + 0.5 - py[:, None]) / sigma_y[:, None]
        across: Plane = np.exp(-0.5 * away_x**2).astype(np.float32)
        down: Plane = np.exp(-0.5 * away_y**2).astype(np.float32)
        coloured = across[:, :, None] * light.astype(np.float32)[:, None]
        if reach > _SCATTERED:
            self._stamp(column[:, 0], row[:, 0], coloured, down)
            return
        coloured *= ((column >= 0) & (column < self._width))[:, :, None]
        down *= (row >= 0) & (row < self._height)
        first = row.clip(0, self._height - 1) * (3 * self._width)
        place = 3 * column.clip(0, self._width - 1)[:, :, None] + np.arange(3)
        index = first[:, :, None] + place.reshape(len(place), 1, -1)
        added = down[:, :, None] * coloured.reshape(len(place), 1, -1)
        np.add.at(self._light.reshape(-1), index.ravel(), added.ravel())

    def _stamp(self, column: Plane, row: Plane, coloured: Plane, down: Plane) -> None:
        """Add lights one by one, each in a window that starts at a column and row."""
        count = down.shape[1]
        for number, (x, y) in enumerate(zip(column.tolist(), row.tolist(), strict=True)):
            x0, x1 = max(0, x), min(self._width, x + count)
            y0, y1 = max(0, y), min(self._height, y + count)
            if x0 < x1 and y0 < y1:
                line = coloured[number, x0 - x : x1 - x].ravel()
                window = self._flat[y0:y1, 3 * x0 : 3 * x1]
                brighten(window, down[number, y0 - y : y1 - y, None] * line)
