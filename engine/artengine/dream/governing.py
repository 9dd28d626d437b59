"""The runtime of governors: PI controllers that hold vital signs by steering numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from artengine.curves import Curve, Scope, SignalContext
from artengine.curves.driven import CurveSet
from artengine.curves.governed import KEY
from artengine.params import kept
from artengine.preset.govern_settings import GovernSettings
from artengine.preset.governors import Governor

Arrays = Mapping[str, npt.NDArray[np.generic]]


class Governors:
    """The governors of a film.

    Each has a *level* between 0 and 1, the integral term: the position of its number between both
    ends if the vital sign were at its target. The error is relative to the target. `gain` times the
    error is the proportional term, and is also integrated into the level. The level is clamped
    (anti-windup), so that a number which has been at an end for long returns at once.

    Args:
        governors: the preset's governors.
        fps: the film's frames per second.
    """

    def __init__(self, governors: Sequence[Governor], fps: float) -> None:
        self._governors = governors
        self._fps = fps
        curves: dict[str, Curve] = {
            str(number): each.at for number, each in enumerate(governors) if each.at is not None
        }
        self._curves = CurveSet(curves)
        self.targets = [each.settings.at for each in governors]
        self.reset()

    def __bool__(self) -> bool:
        return bool(self._governors)

    def reset(self) -> None:
        """Clear the state, as before a film's first frame."""
        self._curves.reset()
        self._levels = [_share(each) for each in self._governors]

    def at(
        self, now: SignalContext, scope: Scope, signs: Mapping[str, float] | None
    ) -> dict[str, float]:
        """Return the current steered numbers, by the names of their signals.

        Repeated calls for the same frame return the same values.

        Args:
            now: the film's time, and its named signals.
            scope: the constants of the film that curves may use.
            signs: the vital signs; None if they are not measured: the error is then 0.

        Raises:
            CurveError: when the curve of an `at` fails.
        """
        for name, value in self._curves.at(now, scope.inside("govern")).items():
            self.targets[int(name)] = kept(GovernSettings, "at", value)
        found = {}
        for number, each in enumerate(self._governors):
            low, high = each.settings.between
            error = 0.0 if signs is None else self._error(number, signs)
            share = self._levels[number] + each.settings.gain * error
            found[KEY.format(each.steer)] = low + (high - low) * min(1.0, max(0.0, share))
        return found

    def _error(self, number: int, signs: Mapping[str, float]) -> float:
        """The relative error: positive if the vital sign is below its target."""
        return 1.0 - signs[self._governors[number].settings.hold] / self.targets[number]

    def see(self, signs: Mapping[str, float]) -> None:
        """Integrate the error of the last frame's vital signs."""
        for number, each in enumerate(self._governors):
            pace = each.settings.gain / (each.settings.seconds * self._fps)
            level = self._levels[number] + pace * self._error(number, signs)
            self._levels[number] = min(1.0, max(0.0, level))

    def state(self) -> dict[str, Arrays]:
        """Return the state of the governors and of the curves of their `at`."""
        if not self:
            return {}
        levels = np.array(self._levels)
        return {"govern": self._curves.state(), "governors": {"levels": levels}}

    def restore(self, state: Mapping[str, Arrays]) -> None:
        """Restore a state that `state` returned."""
        self.reset()
        self._curves.restore(state.get("govern", {}))
        if "governors" in state:
            self._levels = [float(level) for level in state["governors"]["levels"].tolist()]


def _share(governor: Governor) -> float:
    """The initial position of the number between both ends, 0..1."""
    low, high = governor.settings.between
    return (governor.first - low) / (high - low)
