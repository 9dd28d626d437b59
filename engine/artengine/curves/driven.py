"""The curves of one table, compiled for a film and evaluated once for each frame."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import thread_time

import numpy as np
import numpy.typing as npt

from artengine.curves.clock import Clock
from artengine.curves.signal import Curve, Scope, Signal, SignalContext
from artengine.errors import reason
from artengine.params import CurveError

logger = logging.getLogger("artengine")

SLOW = 0.05
"""Processor seconds that a curve may take for a frame before a warning."""

Remembered = dict[str, npt.NDArray[np.float64]]
"""The state of curves, by the name of the parameter that they drive."""


class CurveSet:
    """Curves by the name of the parameter that they drive.

    They are compiled for a film at the first evaluation. A frame that is evaluated again has the
    same values, even if some curves keep state from the frames before.

    Args:
        curves: the curves. `adopt` changes this mapping in place.
    """

    def __init__(self, curves: dict[str, Curve]) -> None:
        self.curves = curves
        self._scope: Scope | None = None
        self._signals: dict[str, Signal] = {}
        self._restored: dict[str, npt.NDArray[np.float64]] = {}
        self._clock: Clock | None = None
        self._values: dict[str, float] = {}
        self._slow: set[str] = set()

    def adopt(self, name: str, curve: Curve | None) -> None:
        """Replace the curve of a name by another one, or by none."""
        for kept in (self.curves, self._signals, self._restored, self._values):
            kept.pop(name, None)
        if curve is not None:
            self.curves[name] = curve

    def at(self, now: SignalContext, scope: Scope) -> Mapping[str, float]:
        """Return the values at a time.

        Args:
            now: the film's time, and its named signals.
            scope: the film's properties; the curves are compiled again when they change.

        Raises:
            CurveError: when a curve fails.
        """
        if scope != self._scope:
            self._scope, self._clock = scope, None
            self._signals.clear()
        if now.clock != self._clock:
            self._clock, self._values = now.clock, {}
        for name, curve in self.curves.items():
            if name not in self._values:
                with naming(name, curve, scope):
                    self._values[name] = self._value(name, now, scope)
        return self._values

    def _value(self, name: str, now: SignalContext, scope: Scope) -> float:
        signal = self._signal(name, scope)
        began = thread_time()
        value = float(signal.at(now))
        took = thread_time() - began
        if took > SLOW and name not in self._slow:
            self._slow.add(name)
            logger.warning(
                "the curve of %s took %.0f ms at frame %d; it slows the film down",
                scope.inside(name).slot,
                1000 * took,
                now.clock.index,
            )
        return value

    def _signal(self, name: str, scope: Scope) -> Signal:
        if name not in self._signals:
            signal = self.curves[name].compile(scope.inside(name))
            if name in self._restored:
                signal.restore(self._restored.pop(name).tolist())
            self._signals[name] = signal
        return self._signals[name]

    def reset(self) -> None:
        """Discard the state of an earlier film."""
        self._signals.clear()
        self._restored.clear()
        self._clock = None

    def state(self) -> Remembered:
        """Return the state of the signals; those without any are left out."""
        found = {}
        for name, signal in self._signals.items():
            with naming(name, self.curves[name]):
                state = np.asarray(signal.state(), np.float64)
            if state.size:
                found[name] = state
        return found | {name: state.copy() for name, state in self._restored.items()}

    def restore(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Restore what `state` returned."""
        self.reset()
        self._restored = {name: np.asarray(each, np.float64) for name, each in state.items()}


@contextmanager
def naming(name: str, curve: Curve, scope: Scope | None = None) -> Iterator[None]:
    """Turn any exception of a curve into a `CurveError` that names the driven parameter.

    Args:
        scope: the film's properties, without the curve's own slot.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        own = isinstance(error, CurveError)
        message = error if own else f"the curve failed: {reason(error, type(curve).__module__)}"
        raise CurveError(f"{name}: {message}", scope.inside(name).slot if scope else "") from error
