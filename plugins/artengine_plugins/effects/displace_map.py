"""Displace map: one picture pushes another about."""

from __future__ import annotations

from math import cos, radians, sin
from typing import ClassVar, Literal

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.border import Border
from artengine_plugins.imaging.field import over
from artengine_plugins.imaging.layer import Layer
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread
from artengine_plugins.imaging.warp import warp_from


class DisplaceMap(Effect):
    """Light and dark of the footage, of a picture or of the dream itself push the dream about."""

    name: ClassVar[str] = "displace-map"

    by: Literal["source", "frame"] = "source"
    """Which picture displaces the dream without a `path`: the footage, or the dream itself."""

    path: str = Param("", path=True)
    """A picture or video file that displaces the dream; a video starts again after its end."""

    mode: Literal["push", "slope"] = "push"
    """`push`: bright parts move in the direction of `angle`, dark parts in the opposite one;
    `slope`: everything flows from light to dark, turned by `angle`."""

    amount: float = Param(0.08, ge=-0.5, le=0.5, field=True)
    """How far white moves, as a share of the frame's shorter side: not at all at 0, half the
    picture's height at 0.5, as far in the opposite direction at -0.5."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Direction in which bright parts move: right at 0, down at 90, left at -180 and 180."""

    size: float = Param(0.02, ge=0.002, le=0.5)
    """How much the displacing picture is blurred, as a share of the frame's shorter side: every
    grain counts at 0.002, only large shapes at 0.5."""

    border: Border = "reflect"
    """How the edges are filled: `reflect` mirrors the picture, `wrap` continues with its opposite
    side, `replicate` draws the edge out into streaks, `black` leaves black."""

    _layer: Layer = PrivateAttr(default_factory=Layer)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Take each pixel from its position before the displacement."""
        own = self.by == "frame" and not self.path
        pusher = frame if own else self._layer.at(self.path, frame, now)
        sigma = self.size * shorter_side(frame)
        light = np.clip(gaussian_blur(spread(luma(pusher)), sigma)[..., 0], 0.0, 1.0)
        reach = self.amount * shorter_side(frame)
        across, down = cos(radians(self.angle)), sin(radians(self.angle))
        if self.mode == "push":
            light -= np.float32(0.5)
            light *= over(-2.0 * reach, light)
            right, below = light * np.float32(across), light * np.float32(down)
        else:
            # An edge from black to white, blurred by `size`, moves pixels by `amount`.
            gain = over(reach * sigma * 2.5 / 8.0, light)
            x, y = (
                cv2.Sobel(light, cv2.CV_32F, *axis, ksize=3).astype(np.float32) * gain
                for axis in ((1, 0), (0, 1))
            )
            right, below = x * across - y * down, x * down + y * across
        height, width = frame.shape[:2]
        columns = np.add(right, np.arange(width, dtype=np.float32), dtype=np.float32)
        rows = np.add(below, np.arange(height, dtype=np.float32)[:, None], dtype=np.float32)
        return warp_from(frame, columns, rows, self.border)

    def reset(self) -> None:
        """Close the file."""
        self._layer.close()
