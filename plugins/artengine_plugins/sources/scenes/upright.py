"""Things that stand at one distance and face the camera, drawn in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .canvas import Canvas, Segment
from .light import Colour


@dataclass(frozen=True, slots=True)
class Upright:
    """Position of a thing on a canvas, and the size of a metre there.

    Args:
        canvas: the canvas to draw on.
        x: position of its centre, in the canvas's units.
        foot: position of its contact with the ground, in the canvas's units.
        scale: units per metre at its distance.
    """

    canvas: Canvas
    x: float
    foot: float
    scale: float

    def box(
        self, left: float, low: float, right: float, high: float, colour: Colour, alpha: float = 1
    ) -> None:
        """Cover a rectangle between two sides and two heights."""
        x, foot, scale = self.x, self.foot, self.scale
        self.canvas.box(
            x + left * scale,
            foot - high * scale,
            x + right * scale,
            foot - low * scale,
            colour,
            alpha,
        )

    def shape(
        self, points: Sequence[tuple[float, float]], colour: Colour, alpha: float = 1
    ) -> None:
        """Cover a polygon of sides and heights."""
        x, foot, scale = self.x, self.foot, self.scale
        placed = [(x + across * scale, foot - height * scale) for across, height in points]
        self.canvas.shape(placed, colour, alpha)

    def line(
        self, xa: float, ya: float, xb: float, yb: float, width: float, colour: Colour
    ) -> None:
        """Cover a line from one side and height to another."""
        x, foot, scale = self.x, self.foot, self.scale
        ends = (x + xa * scale, foot - ya * scale, x + xb * scale, foot - yb * scale)
        self.canvas.segment(*ends, width * scale, colour)

    def lines(self, lines: Sequence[Segment], colour: Colour) -> None:
        """Cover lines, each from a side and height to another, with a width."""
        x, foot, scale = self.x, self.foot, self.scale
        placed = [
            (x + xa * scale, foot - ya * scale, x + xb * scale, foot - yb * scale, width * scale)
            for xa, ya, xb, yb, width in lines
        ]
        self.canvas.segments(placed, colour)

    def light(
        self,
        across: float,
        height: float,
        radius: float,
        colour: Colour,
        radius_y: float | None = None,
        least: float = 0.0,
    ) -> None:
        """Add a Gaussian light; `least` is its smallest radius, in units."""
        scale = self.scale
        self.canvas.glow(
            self.x + across * scale,
            self.foot - height * scale,
            max(radius * scale, least),
            colour,
            None if radius_y is None else max(radius_y * scale, least),
        )
