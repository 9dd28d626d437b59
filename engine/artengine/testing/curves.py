"""The contract of every kind of curve."""

from __future__ import annotations

import math
from collections.abc import Sequence

from artengine.curves import Clock, Curve, Scope, SignalContext
from artengine.testing.check import Trial
from artengine.testing.documented import is_documented
from artengine.testing.drawn import FPS
from artengine.testing.expect import expect

FRAMES = 48
"""The number of frames for which a curve is tested."""

SCOPE = Scope(FPS, FRAMES, seed=5, slot="feedback/tried/0/amount")


def moments() -> Sequence[SignalContext]:
    """Return the input of a signal at each frame of a film of two seconds."""
    return [SignalContext(Clock(at, FPS, FRAMES)) for at in range(FRAMES)]


def values(curve: Curve) -> list[float]:
    """Return the value of a curve at each frame of that film."""
    signal = curve.compile(SCOPE)
    return [signal.at(now) for now in moments()]


def is_told_by_a_key_that_it_needs(trial: Trial) -> None:
    """`key` names a required parameter, which identifies the kind of curve in a preset's table."""
    key = trial.kind.key
    field = trial.kind.model_fields.get(key)
    expect(field is not None and field.is_required(), f'"{key}" must be a required parameter')


def gives_numbers(trial: Trial) -> None:
    """It returns a number at each frame, the same each time that the film is made."""
    curve = trial.made()
    found = values(curve)
    expect(all(map(math.isfinite, found)), f"it is {found[:5]}; all must be finite numbers")
    expect(values(curve) == found, "a second film has other values; draw from scope.seed and slot")


def goes_on_where_it_was(trial: Trial) -> None:
    """A film that is stopped and continued has the values of one that was not."""
    signal, resumed = (trial.made().compile(SCOPE) for _ in range(2))
    for now in moments()[:20]:
        signal.at(now)
    state = list(signal.state())
    if state:
        resumed.restore(state)
    for now in moments()[20:]:
        expect(
            signal.at(now) == resumed.at(now),
            f"after restore(state()) it differs at frame {now.clock.index}",
        )


DECLARED = (is_documented, is_told_by_a_key_that_it_needs)
"""Checks that need no parameters, although every kind of curve requires one."""

PROMISES = (*DECLARED, gives_numbers, goes_on_where_it_was)
"""In the order in which an author should fix them."""
