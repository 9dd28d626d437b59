"""VHS: a worn video tape."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.gaussian import gaussian
from artengine_plugins.imaging.phase import PhasedEffect
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.wander import wander

_TO_VIDEO = np.array(
    [[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], np.float32
)
"""Luma and two colour differences (ITU-R BT.601), as stored on tape."""

_FROM_VIDEO = np.linalg.inv(_TO_VIDEO).astype(np.float32)


Rows = npt.NDArray[np.float64]
"""One number for each row, `(H,)`."""


class Vhs(PhasedEffect):
    """A worn video tape: colours bleed to the right, lines tremble, and a band of snow passes.

    Luma keeps some detail; colours keep a tenth of it and lag behind, as on tape.
    """

    name: ClassVar[str] = "vhs"
    uses_truth: ClassVar[bool] = False

    bleed: float = Param(0.03, ge=0, le=0.3)
    """How far colours bleed, as a share of the frame's shorter side: not at all at 0, over a third
    of the picture at 0.3."""

    jitter: float = Param(0.006, ge=0, le=0.2)
    """How far lines tremble, as a share of the frame's shorter side: still at 0, in shreds at
    0.2."""

    noise: float = Param(0.03, ge=0, le=1)
    """How much snow there is: none at 0, nothing else at 1."""

    tracking: float = Param(0.5, ge=0, le=1)
    """How badly the head follows its track: no band at 0; at 1 a wide one tears the picture."""

    speed: float = Param(0.25, ge=-10, le=10)
    """Speed of the band in pictures a second, downwards above 0: it stands at 0 and flickers at
    -10 and 10."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Apply the artifacts of tape to the frame."""
        height, width = frame.shape[:2]
        side, phase = shorter_side(frame), self.advance(self.speed, now)
        band = self._band(height, phase)
        torn = self._moved(frame, band, now, side)
        light, blue, red = cv2.split(cv2.transform(torn, _TO_VIDEO))
        reach = max(1, round(self.bleed * side))
        soft = max(1, round(self.bleed * side / 12.0))
        light = cv2.blur(light, (soft, 1), borderType=cv2.BORDER_REPLICATE)
        # Anchor the box so that colours are smeared to the right.
        late = (max(0, reach - 1 - reach // 4), 0)
        colours = [
            cv2.blur(each, (reach, 1), anchor=late, borderType=cv2.BORDER_REPLICATE)
            for each in (blue, red)
        ]
        played = cv2.merge([light, *colours]).astype(np.float32, copy=False)
        if self.noise or self.tracking:
            played[..., 0] += self._snow(height, width, band, now)
        return cv2.transform(played, _FROM_VIDEO).astype(np.float32, copy=False)

    def _band(self, height: int, phase: float) -> Rows:
        """Return how torn each row is, 0..1, `(H,)`."""
        if self.tracking == 0:
            return np.zeros(height)
        rows = (np.arange(height) + 0.5) / height
        # The band enters above the picture and leaves below it.
        middle = ((0.75 + phase) % 1.0) * 1.3 - 0.15
        near = np.exp(-(((rows - middle) / (0.02 + 0.08 * self.tracking)) ** 2))
        foot = np.clip((rows - 0.97) / 0.03, 0.0, 1.0)
        return self.tracking * np.maximum(near, foot)

    def _moved(self, frame: Frame, band: Rows, now: FrameContext, side: int) -> Frame:
        """Shift the lines sideways by jitter and by the band."""
        height, width = frame.shape[:2]
        slow = wander(now.steady_rng, now.seconds * 3.0, 1)[0]
        tremble = now.rng.standard_normal((height,))
        smooth = np.convolve(tremble, np.ones(5) / 5.0, "same")[:height]
        steps = self.jitter * side * (smooth + 0.5 * slow * np.linspace(-1.0, 1.0, height))
        steps += 0.15 * side * band**2 * (1.0 + 0.4 * tremble)
        columns = np.arange(width, dtype=np.float32)[None, :] - steps[:, None].astype(np.float32)
        rows = np.arange(height, dtype=np.float32)[:, None].repeat(width, axis=1)
        moved = cv2.remap(frame, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return moved.astype(np.float32, copy=False)

    def _snow(self, height: int, width: int, band: Rows, now: FrameContext) -> Frame:
        """Return noise stretched along the lines, with white streaks in the band, `(H, W)`."""
        grain = gaussian(now.rng, (height, -(-width // 2))).repeat(2, axis=1)[:, :width]
        snow: Frame = grain * (self.noise + 0.1 * band[:, None]).astype(np.float32)
        length = max(2, width // 20)
        streaks = now.rng.random((height, -(-width // length)), np.float32)
        torn = streaks > (1.0 - 0.25 * band[:, None])
        snow += torn.repeat(length, axis=1)[:, :width] * np.float32(0.5)
        return snow
