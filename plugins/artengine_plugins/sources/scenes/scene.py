"""Base of the scenes that the synthetic source films."""

from __future__ import annotations

from abc import ABC, abstractmethod

from artengine.api import Picture, Size


class Scene(ABC):
    """A place that can be drawn at any moment, in any order.

    A picture depends only on the arguments below and on the time.

    Args:
        size: width and height in pixels, each at least 1.
        seed: number of the place.
        crowd: how many things move about, 0 for the bare place, 1 as usual, up to 2.
        sway: how far the camera's path bends and wanders, 0 for straight, 1 as usual, up to 2.
    """

    def __init__(self, size: Size, seed: int, crowd: float, sway: float) -> None:
        self.size = size
        self.seed = seed
        self.crowd = crowd
        self.sway = sway

    @abstractmethod
    def draw(self, seconds: float) -> Picture:
        """Return the picture, uint8 `(H, W, 3)`, RGB, at a time of the scene in seconds."""
