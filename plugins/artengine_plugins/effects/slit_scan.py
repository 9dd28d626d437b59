"""Slit scan: each line of the picture is of another time."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State

Halves = npt.NDArray[np.float16]

_BOUNDS = float(np.finfo(np.float16).min), float(np.finfo(np.float16).max)


class SlitScan(Effect):
    """Time runs across the picture: one edge is now, the other a second ago, and motion bends.

    Past frames are kept in half precision, whose steps are finer than those of an 8-bit picture.
    """

    name: ClassVar[str] = "slit-scan"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(24, ge=1, le=64, automatable=False)
    """How many frames lie between one edge and the other: at 1 things hardly lean, at 64 a walker
    grows into a corkscrew. Each takes 1.5 MB of memory at 512 by 512 pixels."""

    towards: Literal["down", "up", "right", "left"] = "down"
    """Where the past lies."""

    _past: Halves | None = PrivateAttr(default=None)
    _count: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Remember the frame, and put one together from many."""
        past, slots = self._past, self.frames + 1
        if past is None or past.shape != (slots, *frame.shape):
            past, self._count = np.zeros((slots, *frame.shape), np.float16), 0
            self._past = past
        past[self._count % slots] = np.clip(frame, *_BOUNDS)
        upright = self.towards in ("down", "up")
        length = frame.shape[0 if upright else 1]
        edges = [length * slot // slots for slot in range(slots + 1)]
        mixed = np.empty(frame.shape, np.float32)
        for age in range(slots):
            start, end = edges[age], edges[age + 1]
            if self.towards in ("up", "left"):
                start, end = length - end, length - start
            lines = slice(start, end), slice(None)
            lines = lines if upright else lines[::-1]
            # Before there is a past, the first frame stands in for it.
            mixed[lines] = past[(self._count - min(age, self._count)) % slots][lines]
        self._count += 1
        return mixed

    def reset(self) -> None:
        """Forget the past."""
        self._past, self._count = None, 0

    def state(self) -> State:
        """The past, float16 `(frames + 1, H, W, 3)`, and how many frames there have been."""
        if self._past is None:
            return {}
        return {"past": self._past.copy(), "count": np.array(self._count)}

    def restore(self, state: State) -> None:
        """Remember the past again."""
        self.reset()
        if state:
            self._past, self._count = np.array(state["past"], np.float16), int(state["count"])
