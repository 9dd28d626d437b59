"""Scene: what the synthetic source films."""

from __future__ import annotations

from abc import ABC, abstractmethod

from artengine.api import Picture, Size


class Scene(ABC):
    """A place that can be drawn at any moment, in any order.

    A picture depends on the arguments below and on the seconds alone.

    Args:
        size: width and height in pixels, each at least 1.
        seed: which of the endlessly many places of this kind.
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
        """The picture uint8 `(H, W, 3)`, RGB, at that many seconds of the scene's own time."""
