"""Slow motion: time stretches."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Frame, FrameContext, Param, State, size_of
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.motion import drawn_from, motion, shrunk
from artengine_plugins.imaging.past_effect import PastEffect


class SlowMotion(PastEffect):
    """Time stretches like rubber, then snaps back to now: smooth slow motion in instalments.

    Frames in between are interpolated by moving both neighbours along the motion and blending.
    """

    name: ClassVar[str] = "slow-motion"
    uses_truth: ClassVar[bool] = False

    factor: float = Param(0.35, ge=0, le=1)
    """Speed of time: it stands still at 0 until it snaps back, and is normal at 1."""

    frames: int = Param(24, ge=1, le=64, automatable=False)
    """How many frames the film may fall behind before it snaps back: at 1 at once, at 64 after
    seconds. Each takes 1.5 MB of memory at 512 by 512 pixels."""

    _behind: float = PrivateAttr(default=0.0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Store the frame, and return the delayed one."""
        first = self._past.count == 0
        self._past.add(frame, self.frames)
        if not first:
            self._behind += 1.0 - self.factor
        if self._behind > self.frames:
            self._behind = 0.0
        age = int(np.floor(self._behind))
        share = self._behind - age
        later = self._past.at(age)
        if share < 1e-3:
            return later
        earlier = self._past.at(min(age + 1, self.frames))
        flow = motion(shrunk(earlier), shrunk(later))
        moved = [
            cv2.remap(
                seen,
                *drawn_from(flow * np.float32(way), size_of(frame)),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            ).astype(np.float32, copy=False)
            for seen, way in ((later, -share), (earlier, 1.0 - share))
        ]
        return mix(moved[0], moved[1], share)

    def reset(self) -> None:
        """Discard the past."""
        super().reset()
        self._behind = 0.0

    def state(self) -> State:
        """Return the past and the delay."""
        state = super().state()
        return {**state, "behind": np.array(self._behind)} if state else {}

    def restore(self, state: State) -> None:
        """Restore the past and the delay."""
        super().restore(state)
        self._behind = float(state["behind"]) if state else 0.0
