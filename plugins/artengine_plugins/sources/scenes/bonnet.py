"""The bonnet of the camera's own car, along the bottom of the picture, mirroring the road."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, tint
from .light import Plane


class Bonnet:
    """A dark convex sheet that mirrors the picture above its edge.

    Args:
        canvas: the canvas to draw on.
        horizon: height of the horizon on the canvas, in its units.
    """

    def __init__(self, canvas: Canvas, horizon: float) -> None:
        self._canvas = canvas
        x = canvas.x[None, :]
        crest = horizon + (canvas.bottom - horizon) * 0.70 + 0.16 * x**2 + 0.5 * x**4
        inside = canvas.y[:, None] - crest
        self._first = int(np.sum(inside.max(axis=1) < -1.0 / canvas.unit))
        inside = inside[self._first :].astype(np.float32)
        if not inside.size:
            return
        depth = np.maximum(inside, 0)
        softness = max(1.0, 0.004 * canvas.unit)
        cover = np.clip(inside * (canvas.unit / softness) + 0.5, 0, 1)
        keep, mirror = 1 - cover, cover * (0.05 + 0.25 * np.exp(-depth / 0.06))
        self._keep = tint(keep, (1, 1, 1))
        self._mirror = tint(mirror, (1, 1, 1))
        self._light = tint(cover, (0.0010, 0.0012, 0.0025))
        self._light += tint(cover * np.exp(-depth / 0.10), (0.001, 0.002, 0.009))
        self._light += tint(cover * np.exp(-depth / 0.008), (0.006, 0.008, 0.022))
        # A convex mirror compresses everything above its crest.
        seen_y = crest - 3.2 * inside - 0.12
        self._map_y = ((seen_y + canvas.bottom) * (canvas.unit / 4)).astype(np.float32)
        seen_x = np.broadcast_to((x + canvas.right) * (canvas.unit / 4), inside.shape)
        self._map_x = np.ascontiguousarray(seen_x, np.float32)

    def draw(self) -> None:
        """Cover the bottom of the canvas, mirroring what has been drawn so far."""
        canvas = self._canvas
        if self._first >= canvas.height:
            return
        quarter = (max(1, canvas.width // 4), max(1, canvas.height // 4))
        small = cv2.resize(canvas.light, quarter, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), max(0.3, 0.002 * canvas.unit))
        # OpenCV remaps four channels in half of the time of three.
        small = cv2.cvtColor(small, cv2.COLOR_BGR2BGRA)
        seen = cv2.remap(
            small, self._map_x, self._map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        window = canvas.light[self._first :]
        window *= self._keep
        window += self._light
        mirrored: Plane = cv2.cvtColor(seen, cv2.COLOR_BGRA2BGR).reshape(window.shape)
        mirrored *= self._mirror
        window += mirrored
