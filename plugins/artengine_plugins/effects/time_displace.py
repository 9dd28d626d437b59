"""Time displace: each place shows another time."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from artengine.api import Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.flow_noise import FlowNoise
from artengine_plugins.imaging.halves import from_halves
from artengine_plugins.imaging.luma import Plane, luma
from artengine_plugins.imaging.past_effect import PastEffect
from artengine_plugins.imaging.places import offsets, shorter_side
from artengine_plugins.imaging.spread import spread


class TimeDisplace(PastEffect):
    """Every place shows another moment: lights are late, or the middle, or drifting clouds."""

    name: ClassVar[str] = "time-displace"
    uses_truth: ClassVar[bool] = False

    by: Literal["light", "radius", "noise", "blocks"] = "light"
    """What determines how late a place is: its `light`, its distance from the centre (`radius`),
    soft clouds of `noise`, or chance for each of many `blocks`."""

    frames: int = Param(24, ge=1, le=64, automatable=False)
    """Delay of the latest places in frames: a tremble at 1, seconds at 64. Each takes 1.5 MB of
    memory at 512 by 512 pixels."""

    size: float = Param(0.2, ge=0.005, le=2)
    """Size of areas that are equally late, as a share of the frame's shorter side: grit at 0.005,
    the whole picture at 2."""

    invert: bool = False
    """Whether darks, or the centre, are late instead."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Store the frame, and take each pixel from its own time."""
        past = self._past.add(frame, self.frames)
        height, width = frame.shape[:2]
        late = np.clip(self._late(frame, now), 0.0, 1.0)
        if self.invert:
            late = np.float32(1.0) - late
        ages = np.rint(late * np.float32(self.frames)).astype(np.intp)
        slots = np.array([self._past.slot(age) for age in range(self.frames + 1)])
        places = slots.take(ages)
        places *= height * width
        places += np.arange(height * width).reshape(height, width)
        return from_halves(past.reshape(-1, 3).take(places, axis=0))

    def _late(self, frame: Frame, now: FrameContext) -> Plane:
        """Return how late each place is, about 0..1, `(H, W)`."""
        size = self.size * shorter_side(frame)
        if self.by == "light":
            return gaussian_blur(spread(luma(frame)), size / 8.0)[..., 0]
        if self.by == "radius":
            right, down = offsets(frame, 0.5, 0.5)
            distance = np.sqrt(right * right + down * down) / np.float32(max(1.0, size))
            # Fold the distance: it rises and falls in turns outside the first circle.
            return np.abs(distance - np.float32(2.0) * np.rint(distance * np.float32(0.5)))
        if self.by == "noise":
            noise = FlowNoise(now.steady_rng).field(size_of(frame), max(1.0, size), now.seconds / 8)
            return noise * np.float32(0.7) + np.float32(0.5)
        return self._blocks(frame, now, max(1, round(size)))

    def _blocks(self, frame: Frame, now: FrameContext, side: int) -> Plane:
        height, width = frame.shape[:2]
        count = -(-height // side), -(-width // side)
        chances: npt.NDArray[np.float32] = now.steady_rng.random(count, np.float32)
        rows = chances.repeat(side, axis=0)[:height]
        return np.ascontiguousarray(rows.repeat(side, axis=1)[:, :width])
