"""Ripple: rain falls on the picture."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, Size, State, size_of
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread
from artengine_plugins.imaging.warp import warp_from

_SIDE = 192
"""Longer side of the simulation grid, in cells."""

_COURANT = 0.5
"""Cells that a wave may cross in one simulation step."""

_MOST_STEPS = 16


class Ripple(Effect):
    """The picture lies under water, and drops fall on it whose rings cross and come back.

    The wave equation is solved on a grid; the slope of the water refracts the picture.
    """

    name: ClassVar[str] = "ripple"
    uses_truth: ClassVar[bool] = False

    drops: float = Param(16.0, ge=0, le=200)
    """Drops a second, on average: none at 0, a cloudburst at 200. The seed determines where they
    fall."""

    amount: float = Param(0.1, ge=0, le=1)
    """How far the water shifts the picture, as a share of the frame's shorter side: not at all at
    0, into shreds at 1."""

    size: float = Param(0.06, ge=0.01, le=1)
    """Width of a drop, and so of its rings, as a share of the frame's shorter side: needles at
    0.01, swells at 1."""

    speed: float = Param(0.5, ge=0.02, le=2)
    """How fast rings grow, in shorter sides a second: they creep at 0.02 and flash across at 2."""

    seconds: float = Param(2.0, ge=0.1, le=30, unit="seconds")
    """Time in which a ring decays to a third: gone at once at 0.1; at 30 the pool fills up."""

    light: float = Param(0.3, ge=0, le=4)
    """How much brighter and darker each wave is: unchanged at 0, metallic at 4."""

    border: Border = "reflect"
    """How the area beyond the edges is filled: `reflect` mirrors the picture, `wrap` continues with
    its opposite side, `replicate` draws the edge out into streaks, `black` leaves black."""

    _height: Plane | None = PrivateAttr(default=None)
    _motion: Plane | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Add drops, run the waves, and show the frame through the water."""
        grid = _grid(size_of(frame))
        shape = (grid[1], grid[0])
        level, motion = self._height, self._motion
        if level is None or motion is None or level.shape != shape:
            level, motion = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        cell = min(grid)
        steps, reach = self._steps(cell, now.fps)
        self._fall(motion, cell * self.size, now, steps)
        calm = np.float32(np.exp(-1.0 / (self.seconds * now.fps * steps)))
        for _ in range(steps):
            motion = motion + np.float32(reach * reach) * cv2.Laplacian(
                level, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE
            ).astype(np.float32, copy=False)
            motion *= calm
            level = level + motion
            # The amount of water, and so its mean height, is constant.
            level -= np.float32(level.mean())
        self._height, self._motion = level, motion
        return self._seen(frame, level, cell * self.size)

    def _steps(self, cell: int, fps: float) -> tuple[int, float]:
        """Return the simulation steps per frame and the cells that a wave crosses in each."""
        cells = min(self.speed * cell / fps, _COURANT * _MOST_STEPS)
        steps = max(1, int(np.ceil(cells / _COURANT)))
        return steps, cells / steps

    def _fall(self, motion: Plane, width: float, now: FrameContext, steps: int) -> None:
        """Add the drops of this frame to the motion, in place."""
        count = min(int(now.rng.poisson(self.drops / now.fps)), 200)
        down, across = (np.arange(length, dtype=np.float32) for length in motion.shape)
        radius = max(0.7, width / 2.0)
        for x, y in now.rng.random((count, 2)):
            columns = np.exp(-(((across - x * len(across)) / radius) ** 2)).astype(np.float32)
            rows = np.exp(-(((down - y * len(down)) / radius) ** 2)).astype(np.float32)
            motion -= np.float32(1.5 / steps) * rows[:, None] * columns[None, :]

    def _seen(self, frame: Frame, level: Plane, width: float) -> Frame:
        side, size = shorter_side(frame), size_of(frame)
        # A ring one deep and one drop wide shifts the picture by about `amount`.
        gain = self.amount * side * width / 8.0
        across, down = (
            cv2.resize(
                cv2.Sobel(level, cv2.CV_32F, *axis, ksize=3, borderType=cv2.BORDER_REPLICATE),
                size,
                interpolation=cv2.INTER_LINEAR,
            ).astype(np.float32, copy=False)
            for axis in ((1, 0), (0, 1))
        )
        gleam = np.add(across, down, dtype=np.float32)
        across *= np.float32(gain)
        across += np.arange(size[0], dtype=np.float32)
        down *= np.float32(gain)
        down += np.arange(size[1], dtype=np.float32)[:, None]
        bent = warp_from(frame, across, down, self.border)
        if self.light:
            gleam *= np.float32(self.light * width / 16.0)
            bent += spread(np.clip(gleam, -1.0, 1.0).astype(np.float32, copy=False))
        return bent

    def reset(self) -> None:
        """Discard the water."""
        self._height = self._motion = None

    def state(self) -> State:
        """Return height and vertical speed of the water, float32 `(h, w)` each."""
        if self._height is None or self._motion is None:
            return {}
        return {"height": self._height.copy(), "motion": self._motion.copy()}

    def restore(self, state: State) -> None:
        """Restore height and vertical speed of the water."""
        self.reset()
        if state:
            self._height = np.array(state["height"], np.float32)
            self._motion = np.array(state["motion"], np.float32)


def _grid(size: Size) -> Size:
    share = min(1.0, _SIDE / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
