"""Hue: rotate all colours."""

from __future__ import annotations

from math import cos, radians, sin, sqrt
from typing import ClassVar

import cv2
import numpy as np

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.field import Field
from artengine_plugins.imaging.luma import WEIGHTS, Plane
from artengine_plugins.imaging.spread import spread


class Hue(Effect):
    """All colours turn round the colour wheel while light and dark stay as they are.

    A rotation about the grey axis and a shear that keeps luma (Paul Haeberli, "Matrix operations
    for image processing", 1993). It is a single matrix, so nothing is clipped and rotations add up:
    twelve of 30 degrees give the picture back.
    """

    name: ClassVar[str] = "hue"
    uses_truth: ClassVar[bool] = False

    degrees: float = Param(8.0, ge=-180, le=180, field=True)
    """Rotation of every hue: none at 0; red becomes yellow at 60; -180 and 180 give each colour's
    opposite. In a feedback chain it adds up from frame to frame."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Rotate the colours."""
        degrees: Field = self.degrees
        if isinstance(degrees, np.ndarray):
            return _turned_by(frame, degrees)
        turn = radians(self.degrees)
        along, across = (1.0 - cos(turn)) / 3.0, sin(turn) / sqrt(3.0)
        matrix = np.full((3, 3), along) + np.eye(3) * cos(turn)
        matrix += across * np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
        weights = np.array(WEIGHTS)
        matrix += weights - weights @ matrix
        return cv2.transform(frame, matrix.astype(np.float32)).astype(np.float32, copy=False)


def _turned_by(frame: Frame, degrees: Plane) -> Frame:
    """Apply a matrix per pixel, as the sum of a constant, a cosine and a sine part."""
    weights, third = np.array(WEIGHTS), np.full((3, 3), 1.0 / 3.0)
    swing = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / sqrt(3.0)
    still, along, across = (
        cv2.transform(frame, (part - weights @ part + rest).astype(np.float32))
        for part, rest in ((third, weights), (np.eye(3) - third, 0.0), (swing, 0.0))
    )
    turn = np.radians(degrees)
    found = along * spread(np.cos(turn))
    found += across * spread(np.sin(turn))
    found += still
    return found.astype(np.float32, copy=False)
