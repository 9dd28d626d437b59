"""P-frames: only changes of the footage arrive."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State, size_of
from artengine_plugins.imaging.motion import Grey, drawn_from, motion, shrunk
from artengine_plugins.imaging.truth import truth_for

_OVERSHOOT = 1.0
"""How far beyond 0..1 the picture may go."""


class PFrames(Effect):
    """Only the footage's changes arrive, and are drawn on a picture that is not the footage's.

    A predicted frame of a video codec consists of motion and difference to the frame before. Here
    those of the footage are applied to the dream of the last key frame.
    """

    name: ClassVar[str] = "p-frames"

    seconds: float = Param(4.0, ge=0, le=120, unit="seconds")
    """Time between key frames, which bring a complete new picture: every frame is one at 0; at 120
    the picture is dragged for two minutes."""

    drag: float = Param(1.0, ge=-8, le=8)
    """How far the picture moves with the motion: it stands still at 0, follows it at 1, is flung
    far at 8, and far backwards at -8."""

    residue: float = Param(1.0, ge=-4, le=4)
    """How much of the difference is drawn: only motion at 0, all of it at 1; at 4 it burns in, and
    at -4 its negative does."""

    _held: Frame | None = PrivateAttr(default=None)
    _before: Frame | None = PrivateAttr(default=None)
    _small: Grey | None = PrivateAttr(default=None)
    _age: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take a key frame, or apply the footage's change."""
        truth = truth_for(frame, now)
        small, held, before, seen = shrunk(truth), self._held, self._before, self._small
        due = self._age >= self.seconds * now.fps
        if held is None or before is None or seen is None or held.shape != frame.shape or due:
            held, self._age = frame.copy(), 0
        else:
            flow = motion(seen, small)
            held = self._moved(held, flow * np.float32(self.drag))
            change = truth - self._moved(before, flow)
            change *= np.float32(self.residue)
            held += change
            np.clip(held, -_OVERSHOOT, 1.0 + _OVERSHOOT, out=held)
        self._age += 1
        self._held, self._before, self._small = held, truth.copy(), small
        return held.copy()

    def _moved(self, frame: Frame, flow: Frame) -> Frame:
        moved = cv2.remap(
            frame,
            *drawn_from(flow, size_of(frame)),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return moved.astype(np.float32, copy=False)

    def reset(self) -> None:
        """Discard the picture; the next frame is a key frame."""
        self._held = self._before = self._small = None
        self._age = 0

    def state(self) -> State:
        """Return the picture, the last source frame, `(H, W, 3)`, its small copy and the age."""
        if self._held is None or self._before is None or self._small is None:
            return {}
        return {
            "held": self._held.copy(),
            "before": self._before.copy(),
            "small": self._small.copy(),
            "age": np.array(self._age),
        }

    def restore(self, state: State) -> None:
        """Restore the picture, the last source frame and the age."""
        self.reset()
        if state:
            self._held = np.array(state["held"], np.float32)
            self._before = np.array(state["before"], np.float32)
            self._small = np.array(state["small"], np.uint8)
            self._age = int(state["age"])
