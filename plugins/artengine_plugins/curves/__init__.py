"""The built-in kinds of curves."""

from collections.abc import Sequence

from artengine.api import Curve, hookimpl


@hookimpl
def register_curves() -> Sequence[type[Curve]]:
    """Return the built-in kinds of curves."""
    # Import late, so that a preset imports only those that it names.
    from artengine_plugins.curves.expression import Calculated
    from artengine_plugins.curves.keyframes import Keyframes
    from artengine_plugins.curves.midi_file import Midi
    from artengine_plugins.curves.table_column import Column

    return [Keyframes, Calculated, Column, Midi]
