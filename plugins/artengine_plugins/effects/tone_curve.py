"""Tone curve: lift or lower darks, middle tones and lights."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.luma import Plane

_STEPS = 4096
"""Steps of the curve's lookup table."""

_KNOTS = np.linspace(0.0, 1.0, 5)


class ToneCurve(Effect):
    """Darks, middle tones and lights are lifted or lowered one by one, as with an editor's curves.

    Five points are joined by cubics that do not overshoot (Fritsch and Carlson, "Monotone
    piecewise cubic interpolation", 1980). Beyond 0 and 1 the lift of the nearest end applies.
    """

    name: ClassVar[str] = "tone-curve"
    uses_truth: ClassVar[bool] = False

    channel: Literal["all", "red", "green", "blue"] = "all"
    """Channel to change; use several of these effects to change several channels."""

    black: float = Param(0.06, ge=-1, le=1)
    """Lift of black: far below black at -1, unchanged at 0, white at 1."""

    darks: float = Param(-0.06, ge=-1, le=1)
    """Lift of the darks, about 0.25: lowered at -1, unchanged at 0, raised far above white at 1."""

    middle: float = Param(0.02, ge=-1, le=1)
    """Lift of the middle tones, about 0.5: lowered at -1, unchanged at 0, raised above white at
    1."""

    lights: float = Param(0.08, ge=-1, le=1)
    """Lift of the lights, about 0.75: lowered at -1, unchanged at 0, raised above white at 1."""

    white: float = Param(-0.04, ge=-1, le=1)
    """Lift of white: black at -1, unchanged at 0, twice as bright at 1."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Add the curve's lift to each value."""
        places = np.clip(frame, 0.0, 1.0)
        places *= np.float32(_STEPS)
        lift: Frame = self._lifts().take(places.astype(np.intp))
        if self.channel != "all":
            kept = [channel for channel in ("red", "green", "blue") if channel != self.channel]
            for channel in kept:
                lift[..., ("red", "green", "blue").index(channel)] = 0.0
        lift += frame
        return lift

    def _lifts(self) -> Plane:
        """Return the lift at each step of the table, `(_STEPS + 1,)`."""
        lifts = np.array([self.black, self.darks, self.middle, self.lights, self.white])
        values = _KNOTS + lifts
        places = np.linspace(0.0, 1.0, _STEPS + 1)
        return (_monotone(values, places) - places).astype(np.float32)


def _monotone(
    values: npt.NDArray[np.float64], places: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Interpolate values at even knots over 0..1 by monotone cubics."""
    count, width = len(values) - 1, 1.0 / (len(values) - 1)
    rises = np.diff(values) / width
    gradients = np.concatenate([rises[:1], (rises[1:] + rises[:-1]) / 2.0, rises[-1:]])
    flat = np.concatenate([[False], rises[1:] * rises[:-1] <= 0.0, [False]])
    gradients[flat] = 0.0
    # Three times the smaller of the two rises is the steepest slope of a monotone cubic.
    least = np.minimum(np.abs(np.append(rises, rises[-1])), np.abs(np.insert(rises, 0, rises[0])))
    gradients = np.clip(gradients, -3.0 * least, 3.0 * least)
    part = np.minimum((places * count).astype(np.intp), count - 1)
    t = places * count - part
    start, end = values[part], values[part + 1]
    way = (1 + 2 * t) * (1 - t) ** 2 * start + t * t * (3 - 2 * t) * end
    curved: npt.NDArray[np.float64] = way + width * (
        t * (1 - t) ** 2 * gradients[part] + t * t * (t - 1) * gradients[part + 1]
    )
    return curved
