"""Follow: a camera that goes where something moves."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State
from artengine_plugins.imaging.luma import Plane, luma
from artengine_plugins.imaging.warp import about_centre, warp_affine

_SIDE = 48
"""Width and height, in pixels, of the small picture in which motion is detected."""

_LEAST = 3e-4
"""Mean change in luma below which there is no motion."""


class Follow(Effect):
    """A camera that comes closer, and swings to wherever something moves."""

    name: ClassVar[str] = "follow"

    watch: Literal["frame", "source"] = "frame"
    """What is watched for motion: the dream itself, or its footage."""

    factor: float = Param(1.6, ge=1, le=8)
    """Magnification: at 1 all is seen and nothing moves, at 8 a detail fills the frame."""

    seconds: float = Param(0.5, ge=0, le=10, unit="seconds")
    """Time that the camera takes for two thirds of the way: it jumps at 0 and creeps at 10."""

    _before: Plane | None = PrivateAttr(default=None)
    _aim: npt.NDArray[np.float64] = PrivateAttr(default_factory=lambda: np.array([0.5, 0.5]))

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Detect motion, turn towards it, and show the magnified part of the frame."""
        watched = frame if self.watch == "frame" else now.truth
        small = cv2.resize(luma(watched), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        light = np.clip(small, 0.0, 1.0).astype(np.float32, copy=False)
        if self._before is not None:
            self._swing(np.abs(light - self._before), now)
        self._before = light
        x, y = self._aim
        matrix = about_centre(frame, x, y, scale=self.factor)
        # Centre the target, but do not look beyond the edges of the frame.
        height, width = frame.shape[:2]
        for axis, (share, length) in enumerate(((x, width), (y, height))):
            spare = 0.5 - 0.5 / self.factor
            seen = min(max(share, 0.5 - spare), 0.5 + spare)
            matrix[axis, 2] = (length - 1) * (0.5 - seen * self.factor)
        return warp_affine(frame, matrix, "reflect")

    def _swing(self, change: Plane, now: FrameContext) -> None:
        # Square the change, so that one large motion outweighs grain that moves everywhere.
        weight = change * change
        total = float(weight.sum())
        if float(change.mean()) < _LEAST or total <= 0.0:
            return
        places = (np.arange(_SIDE) + 0.5) / _SIDE
        target = np.array([weight.sum(axis=0) @ places, weight.sum(axis=1) @ places]) / total
        share = 1.0 if self.seconds == 0 else 1.0 - float(np.exp(-1.0 / (self.seconds * now.fps)))
        self._aim = self._aim + share * (target - self._aim)

    def reset(self) -> None:
        """Point the camera at the centre again."""
        self._before, self._aim = None, np.array([0.5, 0.5])

    def state(self) -> State:
        """Return the camera's target, as shares of width and height, and the last small picture."""
        if self._before is None:
            return {}
        return {"aim": self._aim.copy(), "before": self._before.copy()}

    def restore(self, state: State) -> None:
        """Restore the camera's target and the last small picture."""
        self.reset()
        if state:
            self._aim = np.array(state["aim"], np.float64)
            self._before = np.array(state["before"], np.float32)
