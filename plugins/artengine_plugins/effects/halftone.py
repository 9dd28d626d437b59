"""Halftone: dots of ink."""

from __future__ import annotations

from math import cos, pi, radians, sin
from typing import ClassVar, Literal

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.luma import Plane, luma
from artengine_plugins.imaging.places import offsets, shorter_side
from artengine_plugins.imaging.spread import spread

_ANGLES = (15.0, 75.0, 0.0)
"""Angles of the screens of cyan, magenta and yellow in degrees, as printers use them."""


class Halftone(Effect):
    """The picture is printed in dots or lines of ink that are larger where it is darker.

    Cyan, magenta and yellow each have their own screen, so that their dots make rosettes.
    """

    name: ClassVar[str] = "halftone"
    uses_truth: ClassVar[bool] = False

    mode: Literal["colour", "ink"] = "colour"
    """`colour`: cyan, magenta and yellow; `ink`: black alone."""

    shape: Literal["dot", "line"] = "dot"
    """What is printed: `dot`s, or `line`s as in an engraving."""

    size: float = Param(0.018, ge=0.004, le=0.5)
    """Distance between dots as a share of the frame's shorter side: fine print at 0.004, a few huge
    dots at 0.5."""

    angle: float = Param(30.0, ge=-180, le=180, unit="degrees")
    """Rotation of the screens, clockwise: upright at 0, -180 and 180."""

    softness: float = Param(0.15, ge=0, le=1)
    """How soft the edges of the dots are: hard at 0, a wash of the picture itself at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Print the frame."""
        pitch = max(2.0, self.size * shorter_side(frame))
        # Average the area of a dot, which prints one shade.
        soft = gaussian_blur(frame, pitch / 6.0)
        if self.mode == "ink":
            return spread(self._printed(luma(soft), pitch, self.angle))
        inks = [
            self._printed(channel.astype(np.float32, copy=False), pitch, self.angle + turn)
            for channel, turn in zip(cv2.split(soft), _ANGLES, strict=True)
        ]
        return cv2.merge(inks).astype(np.float32, copy=False)

    def _printed(self, light: Plane, pitch: float, degrees: float) -> Plane:
        """Return paper where the light exceeds the screen and ink elsewhere, `(H, W)`."""
        right, down = offsets(light, 0.5, 0.5)
        along, across = cos(radians(degrees)), sin(radians(degrees))
        step = np.float32(2.0 * pi / pitch)
        # cos(a + b) = cos a cos b - sin a sin b needs one row and one column instead of a plane.
        screen = _waves(right * np.float32(along) * step, down * np.float32(across) * step)
        if self.shape == "dot":
            other = _waves(right * np.float32(-across) * step, down * np.float32(along) * step)
            screen += other
            screen *= np.float32(0.25)
        else:
            screen *= np.float32(0.5)
        screen += np.float32(0.5)
        # Limit the steepness to the width of a pixel, to avoid aliased edges.
        steep = 1.0 / max(self.softness, 1.5 / pitch)
        screen -= light
        screen *= np.float32(-steep)
        screen += np.float32(0.5)
        return np.clip(screen, 0.0, 1.0, out=screen)


def _waves(right: Plane, down: Plane) -> Plane:
    """Return the cosine of the sum of a row and a column, `(H, W)`."""
    waves: Plane = np.cos(right) * np.cos(down)
    waves -= np.sin(right) * np.sin(down)
    return waves
