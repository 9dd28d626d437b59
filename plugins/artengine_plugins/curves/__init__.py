"""The kinds of curves that ship with artengine."""

from collections.abc import Sequence

from artengine.api import Curve, hookimpl
from artengine_plugins.curves.expression import Calculated
from artengine_plugins.curves.keyframes import Keyframes


@hookimpl
def register_curves() -> Sequence[type[Curve]]:
    """Supply the built-in kinds of curves."""
    return [Keyframes, Calculated]
