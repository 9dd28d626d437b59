"""Codec mosh: a real codec, without its key frames."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, Picture, State, to_frame, to_picture
from artengine_plugins.imaging.codec import predicted_upon
from artengine_plugins.imaging.truth import truth_for

_BLOCK = 16
"""Side of the codec's blocks, in pixels."""

_LONGEST = 2048
"""Longer side, in pixels, of the largest picture that is encoded; larger ones are scaled down."""


class CodecMosh(Effect):
    """A real codec whose key frames are lost: the footage breaks out of the dream in blocks.

    ffmpeg encodes the footage as MPEG-4. Its key frames are removed from the stream, and the rest
    is decoded on top of the dream. It is the slowest effect, because ffmpeg is started twice for
    each frame: 80 ms at 512 by 512 pixels.
    """

    name: ClassVar[str] = "codec-mosh"

    seconds: float = Param(4.0, ge=0, le=120, unit="seconds")
    """Time between the key frames that get through and bring a complete new picture: every frame
    is one at 0; at 120 the picture decays for two minutes."""

    quantiser: int = Param(14, ge=1, le=31)
    """How coarsely the footage is encoded: finely at 1; at 31 only coarse blocks are left."""

    _held: Picture | None = PrivateAttr(default=None)
    _before: Picture | None = PrivateAttr(default=None)
    _age: int = PrivateAttr(default=0)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Decode the footage's change on top of the picture, or take a new picture."""
        after = _framed(truth_for(frame, now))
        held, before = self._held, self._before
        due = self._age >= self.seconds * now.fps
        if held is None or before is None or held.shape != after.shape or due:
            self._held, self._before, self._age = _framed(frame), after, 1
            return frame.copy()
        held = predicted_upon(held, before, after, self.quantiser)
        self._held, self._before = held, after
        self._age += 1
        height, width = frame.shape[:2]
        shrink = _shrink(height, width)
        shown = to_frame(held[: max(1, round(height / shrink)), : max(1, round(width / shrink))])
        if shrink > 1.0:
            large = cv2.resize(shown, (width, height), interpolation=cv2.INTER_LINEAR)
            return large.astype(np.float32, copy=False)
        return shown

    def reset(self) -> None:
        """Discard the picture; the next frame is a key frame."""
        self._held = self._before = None
        self._age = 0

    def state(self) -> State:
        """Return the picture and the last source frame as the codec sees them, and the age."""
        if self._held is None or self._before is None:
            return {}
        return {
            "held": self._held.copy(),
            "before": self._before.copy(),
            "age": np.array(self._age),
        }

    def restore(self, state: State) -> None:
        """Restore the picture, the last source frame and the age."""
        self.reset()
        if state:
            self._held = np.array(state["held"], np.uint8)
            self._before = np.array(state["before"], np.uint8)
            self._age = int(state["age"])


def _shrink(height: int, width: int) -> float:
    return max(1.0, max(height, width) / _LONGEST)


def _framed(frame: Frame) -> Picture:
    """Prepare a frame for the codec: scale it down if large, pad its sides to whole blocks."""
    height, width = frame.shape[:2]
    shrink = _shrink(height, width)
    if shrink > 1.0:
        size = max(1, round(width / shrink)), max(1, round(height / shrink))
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        frame = small.astype(np.float32, copy=False)
    picture = to_picture(frame)
    below, right = (-length % _BLOCK for length in picture.shape[:2])
    return np.pad(picture, ((0, below), (0, right), (0, 0)), "edge")
