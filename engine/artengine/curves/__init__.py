"""Curves: a parameter's value over time.

A preset writes a curve in place of a number: as a text, which is an expression (`"0.2 + 0.6 *
kick"`), or as a table. One key of that table selects its kind: `keys` makes keyframes. Every kind
is a plugin, and works for every automatable parameter.
"""

from artengine.curves.clock import Clock, Tempo
from artengine.curves.signal import TEXT, Curve, CurveKinds, Scope, Signal, SignalContext
from artengine.params import CurveError

__all__ = [
    "TEXT",
    "Clock",
    "Curve",
    "CurveError",
    "CurveKinds",
    "Scope",
    "Signal",
    "SignalContext",
    "Tempo",
]
