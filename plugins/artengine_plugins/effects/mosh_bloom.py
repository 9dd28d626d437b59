"""Mosh bloom: repeat one motion again and again."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State, size_of
from artengine_plugins.imaging.motion import Flow, Grey, drawn_from, motion, shrunk


class MoshBloom(Effect):
    """One motion is repeated for seconds, and the picture blooms out of itself in its direction.

    This is what a film looks like in which one predicted frame was copied many times.
    """

    name: ClassVar[str] = "mosh-bloom"

    by: Literal["source", "frame"] = "source"
    """Which motion is repeated: that of the footage, or that of the dream."""

    seconds: float = Param(1.5, ge=0, le=60, unit="seconds")
    """How long it is repeated before a new picture and a new motion are taken: not at all at 0, a
    minute at 60."""

    drag: float = Param(1.5, ge=-8, le=8)
    """How far the picture moves with the motion: it stands still at 0, follows it at 1, is flung
    far at 8, and far backwards at -8."""

    _held: Frame | None = PrivateAttr(default=None)
    _flow: Flow | None = PrivateAttr(default=None)
    _small: Grey | None = PrivateAttr(default=None)
    _age: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take a new picture and motion, or move the picture once more."""
        small = shrunk(now.truth if self.by == "source" else frame)
        before, self._small = self._small, small
        held, flow, over = self._held, self._flow, self._age >= self.seconds * now.fps
        if before is None or before.shape != small.shape:
            held, flow = frame.copy(), None
        elif held is None or flow is None or held.shape != frame.shape or over:
            held, flow, self._age = frame.copy(), motion(before, small), 0
        else:
            held = cv2.remap(
                held,
                *drawn_from(flow * np.float32(self.drag), size_of(frame)),
                cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            ).astype(np.float32, copy=False)
            self._age += 1
        self._held, self._flow = held, flow
        return held.copy()

    def reset(self) -> None:
        """Discard the picture and its motion."""
        self._held = self._flow = self._small = None
        self._age = 0

    def state(self) -> State:
        """Return the picture `(H, W, 3)`, its motion `(h, w, 2)`, and the last small picture."""
        held = {"held": self._held, "flow": self._flow, "small": self._small}
        kept = {name: value.copy() for name, value in held.items() if value is not None}
        return {**kept, "age": np.array(self._age)} if kept else {}

    def restore(self, state: State) -> None:
        """Restore the picture, its motion and the last small picture."""
        self.reset()
        if "held" in state:
            self._held = np.array(state["held"], np.float32)
            self._small = np.array(state["small"], np.uint8)
            self._age = int(state["age"])
        if "flow" in state:
            self._flow = np.array(state["flow"], np.float32)
