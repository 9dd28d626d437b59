"""Reaction-diffusion: patterns that grow out of the picture."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State, size_of
from artengine_plugins.imaging.luma import Plane, luma
from artengine_plugins.imaging.spread import spread

_SIDE = 192
"""Longer side of the simulation grid, in cells."""

_WIDTH = 20.0
"""Wavelength of the pattern, in cells, at the fastest diffusion."""


class ReactionDiffusion(Effect):
    """Spots, worms and mazes grow out of the picture's edges and feed on its light.

    Two substances diffuse and react on a grid (Gray and Scott, 1983; Pearson, "Complex patterns in
    a simple system", 1993). The picture's outlines seed the growing one, and the picture's light
    controls which pattern grows where.
    """

    name: ClassVar[str] = "reaction-diffusion"
    uses_truth: ClassVar[bool] = False

    mode: Literal["ink", "negative", "light"] = "ink"
    """What the pattern does to the picture: `ink` darkens it, `negative` inverts it, `light`
    brightens it."""

    size: float = Param(0.05, ge=0.02, le=0.1)
    """Distance between worms, as a share of the frame's shorter side: a fine weave at 0.02, broad
    blots at 0.1."""

    feed: float = Param(0.034, ge=0.005, le=0.09)
    """How fast food is added: growth starves at 0.005, makes spots and then mazes in the middle of
    the range, and drowns in food at 0.09."""

    kill: float = Param(0.0585, ge=0.03, le=0.075)
    """How fast growth decays: it fills the picture at 0.03 and dies out at 0.075."""

    speed: int = Param(16, ge=0, le=32)
    """Simulation steps in each frame: the pattern stands still at 0 and rushes at 32."""

    sow: float = Param(0.5, ge=0, le=1)
    """How strongly the picture's outlines seed growth: not at all at 0, so that nothing grows by
    itself; at 1 every outline is overgrown at once."""

    light: float = Param(0.5, ge=0, le=1)
    """How far the picture's light changes the feeding: not at all at 0; at 1 it decides which
    pattern grows where."""

    _food: Plane | None = PrivateAttr(default=None)
    _growth: Plane | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Seed growth, run the reaction, and lay the pattern over the frame."""
        size = size_of(frame)
        share = min(1.0, _SIDE / max(size))
        dish = max(1, round(size[0] * share)), max(1, round(size[1] * share))
        small = cv2.resize(luma(frame), dish, interpolation=cv2.INTER_AREA)
        shade = np.clip(small, 0.0, 1.0).astype(np.float32, copy=False)
        food, growth = self._food, self._growth
        if food is None or growth is None or growth.shape != shade.shape:
            food, growth = np.ones_like(shade), np.zeros_like(shade)
        growth = np.maximum(growth, self._seeds(shade)).astype(np.float32, copy=False)
        feed = (shade - np.float32(0.5)) * np.float32(0.6 * self.light * self.feed)
        feed += np.float32(self.feed)
        pace = np.float32((self.size * min(dish) / _WIDTH) ** 2)
        for _ in range(self.speed):
            food, growth = _reacted(food, growth, feed, np.float32(self.kill), pace)
        self._food, self._growth = food, growth
        large = cv2.resize(growth, size, interpolation=cv2.INTER_CUBIC)
        pattern = spread(np.clip(large * np.float32(4.0), 0.0, 1.0).astype(np.float32))
        if self.mode == "ink":
            return frame * (np.float32(1.0) - np.float32(0.9) * pattern)
        wanted = np.float32(1.0) - frame if self.mode == "negative" else np.float32(1.0)
        pattern *= wanted - frame if self.mode == "negative" else np.maximum(wanted - frame, 0.0)
        pattern += frame
        return pattern

    def _seeds(self, shade: Plane) -> Plane:
        """Return the growth that the outlines seed, `(h, w)`."""
        edges = cv2.morphologyEx(shade, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        seeds = np.clip((edges - np.float32(0.06)) * np.float32(6.0), 0.0, 1.0)
        sown: Plane = (seeds * np.float32(0.6 * self.sow)).astype(np.float32, copy=False)
        return sown

    def reset(self) -> None:
        """Discard the grid."""
        self._food = self._growth = None

    def state(self) -> State:
        """Return food and growth on the grid, float32 `(h, w)` each."""
        if self._food is None or self._growth is None:
            return {}
        return {"food": self._food.copy(), "growth": self._growth.copy()}

    def restore(self, state: State) -> None:
        """Restore the grid."""
        self.reset()
        if state:
            self._food = np.array(state["food"], np.float32)
            self._growth = np.array(state["growth"], np.float32)


_SPREADING = np.array([[0.05, 0.2, 0.05], [0.2, -1.0, 0.2], [0.05, 0.2, 0.05]], np.float32)


def _reacted(
    food: Plane, growth: Plane, feed: Plane, kill: np.float32, pace: np.float32
) -> tuple[Plane, Plane]:
    """Advance both substances a step; `pace` is food's diffusion rate, growth has half of it."""
    spread_food, spread_growth = (
        cv2.filter2D(each, -1, _SPREADING * pace, borderType=cv2.BORDER_REPLICATE)
        for each in (food, growth)
    )
    eaten = food * growth * growth
    food = food + spread_food - eaten + feed * (np.float32(1.0) - food)
    growth = growth + np.float32(0.5) * spread_growth + eaten - (feed + kill) * growth
    return (
        np.clip(food, 0.0, 1.0).astype(np.float32, copy=False),
        np.clip(growth, 0.0, 1.0).astype(np.float32, copy=False),
    )
