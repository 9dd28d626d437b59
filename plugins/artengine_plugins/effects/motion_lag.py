"""Motion lag: delay the motion."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State, size_of
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.motion import Grey, drawn_from, motion, shrunk

Flows = npt.NDArray[np.float32]


class MotionLag(Effect):
    """The picture is moved by motion that has long been over, and smears after ghosts."""

    name: ClassVar[str] = "motion-lag"

    by: Literal["source", "frame"] = "source"
    """Which motion is used: that of the footage, or that of the dream."""

    frames: int = Param(12, ge=1, le=64, automatable=False)
    """Delay of the motion in frames: one frame at 1, seconds at 64."""

    drag: float = Param(2.0, ge=-8, le=8)
    """How far the picture moves with the motion: it stands still at 0, follows it at 1, is flung
    far at 8, and far backwards at -8."""

    refresh: float = Param(0.12, ge=0, le=1)
    """Share of the new picture that is mixed in with each frame: at 0 the first picture is moved
    for ever, at 1 nothing old is left."""

    _held: Frame | None = PrivateAttr(default=None)
    _small: Grey | None = PrivateAttr(default=None)
    _flows: Flows | None = PrivateAttr(default=None)
    _count: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Store the current motion, and move the picture by the delayed one."""
        small = shrunk(now.truth if self.by == "source" else frame)
        before, held, flows = self._small, self._held, self._flows
        shape = (self.frames, *small.shape, 2)
        if flows is None or before is None or flows.shape != shape:
            flows, self._count = np.zeros(shape, np.float32), 0
            before = small
        if held is None or held.shape != frame.shape:
            held = frame.copy()
        slot = self._count % self.frames
        late = flows[slot].copy()
        flows[slot] = motion(before, small)
        self._count += 1
        if self._count <= self.frames:
            # Use the current motion until a delayed one is available.
            late = flows[slot]
        held = cv2.remap(
            held,
            *drawn_from(late * np.float32(self.drag), size_of(frame)),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ).astype(np.float32, copy=False)
        self._held = mix(held, frame, self.refresh)
        self._small, self._flows = small, flows
        return self._held.copy()

    def reset(self) -> None:
        """Discard the picture and all motions."""
        self._held = self._small = self._flows = None
        self._count = 0

    def state(self) -> State:
        """Return the picture `(H, W, 3)`, motions `(frames, h, w, 2)` and last small picture."""
        if self._held is None or self._small is None or self._flows is None:
            return {}
        return {
            "held": self._held.copy(),
            "small": self._small.copy(),
            "flows": self._flows.copy(),
            "count": np.array(self._count),
        }

    def restore(self, state: State) -> None:
        """Restore the picture, the motions and the last small picture."""
        self.reset()
        if state:
            self._held = np.array(state["held"], np.float32)
            self._small = np.array(state["small"], np.uint8)
            self._flows = np.array(state["flows"], np.float32)
            self._count = int(state["count"])
