"""Governors at work: plain PI controllers that hold vital signs by steering numbers."""

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

    Each keeps a *level* between 0 and 1, which is where between both ends its number would be if
    the vital sign were held exactly. What is missing is a share of what is to be held: `gain` times
    it is added at once, and to the level bit by bit. The level stops at its ends, so that a number
    which has been at one for long comes back at once.

    Args:
        governors: the preset's.
        fps: the film's frames a second.
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
        """Forget an earlier film."""
        self._curves.reset()
        self._levels = [_share(each) for each in self._governors]

    def at(
        self, now: SignalContext, scope: Scope, signs: Mapping[str, float] | None
    ) -> dict[str, float]:
        """What the steered numbers are now, by the names of their signals.

        Asked again for the same frame, it gives the same.

        Args:
            now: the film's time, and its named signals.
            scope: what curves may know of the film.
            signs: the vital signs; None where nothing is measured, so that nothing is missing.

        Raises:
            CurveError: when the curve of an `at` fails.
        """
        for name, value in self._curves.at(now, scope.inside("govern")).items():
            self.targets[int(name)] = kept(GovernSettings, "at", value)
        found = {}
        for number, each in enumerate(self._governors):
            low, high = each.settings.between
            missing = 0.0 if signs is None else self._missing(number, signs)
            share = self._levels[number] + each.settings.gain * missing
            found[KEY.format(each.steer)] = low + (high - low) * min(1.0, max(0.0, share))
        return found

    def _missing(self, number: int, signs: Mapping[str, float]) -> float:
        """The share of what is to be held that is missing; below 0 where there is too much."""
        return 1.0 - signs[self._governors[number].settings.hold] / self.targets[number]

    def see(self, signs: Mapping[str, float]) -> None:
        """Take notice of the vital signs of the frame that was dreamt last."""
        for number, each in enumerate(self._governors):
            pace = each.settings.gain / (each.settings.seconds * self._fps)
            level = self._levels[number] + pace * self._missing(number, signs)
            self._levels[number] = min(1.0, max(0.0, level))

    def state(self) -> dict[str, Arrays]:
        """What the governors and the curves of their `at` remember."""
        if not self:
            return {}
        levels = np.array(self._levels)
        return {"govern": self._curves.state(), "governors": {"levels": levels}}

    def restore(self, state: Mapping[str, Arrays]) -> None:
        """Remember what `state` gave out."""
        self.reset()
        self._curves.restore(state.get("govern", {}))
        if "governors" in state:
            self._levels = [float(level) for level in state["governors"]["levels"].tolist()]


def _share(governor: Governor) -> float:
    """Where between both ends the number begins."""
    low, high = governor.settings.between
    return (governor.first - low) / (high - low)
