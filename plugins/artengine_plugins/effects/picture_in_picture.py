"""Picture in picture: a small screen in the dream."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, size_of
from artengine_plugins.imaging.layer import Layer
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.places import middle, shorter_side
from artengine_plugins.imaging.spread import spread


class PictureInPicture(Effect):
    """A small screen in the picture shows the footage, another film, or the dream itself.

    In a feedback chain the dream itself makes screens within screens.
    """

    name: ClassVar[str] = "picture-in-picture"

    shows: Literal["source", "frame"] = "source"
    """What the screen shows without a `path`: the footage, or the `frame` itself."""

    path: str = Param("", path=True)
    """A picture or video file for the screen; a video starts again after its end."""

    size: float = Param(0.45, ge=0.02, le=1)
    """Height of the screen as a share of the frame's shorter side: a stamp at 0.02, all of it at
    1. The screen has the frame's aspect ratio."""

    angle: float = Param(0.0, ge=-180, le=180, unit="degrees")
    """Rotation of the screen, clockwise: upright at 0, upside down at -180 and 180."""

    x: float = Param(0.7, ge=0, le=1)
    """Horizontal position of the centre of the screen: the left edge at 0, the right edge at 1."""

    y: float = Param(0.3, ge=0, le=1)
    """Vertical position of the centre of the screen: the top at 0, the bottom at 1."""

    rim: float = Param(0.01, ge=0, le=0.2)
    """Width of the white rim, as a share of the screen's height: none at 0, a passe-partout at
    0.2."""

    softness: float = Param(0.0, ge=0, le=1)
    """How far the screen fades out towards its edge: not at all at 0, from its centre at 1."""

    _layer: Layer = PrivateAttr(default_factory=Layer)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Lay the screen over the frame."""
        inner = frame
        if self.path or self.shows == "source":
            inner = self._layer.at(self.path, frame, now)
        width, height = size_of(frame)
        factor = self.size * shorter_side(frame) / height
        small_size = max(1, round(width * factor)), max(1, round(height * factor))
        small = cv2.resize(inner, small_size, interpolation=cv2.INTER_AREA)
        small = np.ascontiguousarray(small, np.float32)
        cover = self._cover(small_size)
        edge = round(self.rim * small_size[1])
        if edge:
            cv2.rectangle(small, (0, 0), (small_size[0] - 1, small_size[1] - 1), (1, 1, 1), edge)
        column, row = middle(frame, self.x, self.y)
        centre = ((small_size[0] - 1) / 2, (small_size[1] - 1) / 2)
        matrix = cv2.getRotationMatrix2D(centre, -self.angle, 1.0)
        matrix[0, 2] += column - centre[0]
        matrix[1, 2] += row - centre[1]
        laid = cv2.warpAffine(
            small, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        share = cv2.warpAffine(cover, matrix, (width, height), flags=cv2.INTER_LINEAR)
        shown = np.subtract(laid, frame, dtype=np.float32)
        shown *= spread(share.astype(np.float32, copy=False))
        shown += frame
        return shown

    def _cover(self, size: tuple[int, int]) -> Plane:
        """Return the opacity of each pixel of the screen, `(h, w)`."""
        width, height = size
        if self.softness == 0:
            return np.ones((height, width), np.float32)
        across, down = (1.0 - np.abs(np.linspace(-1.0, 1.0, length + 2)[1:-1]) for length in size)
        near = np.minimum(across[None, :], down[:, None]) / self.softness
        return np.clip(near, 0.0, 1.0).astype(np.float32)

    def reset(self) -> None:
        """Close the file."""
        self._layer.close()
