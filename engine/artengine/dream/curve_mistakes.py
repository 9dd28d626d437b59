"""Report errors of curves that are mistakes in the preset as errors of the preset."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from artengine.curves import CurveError
from artengine.errors import PluginError, PresetError
from artengine.preset import Preset
from artengine.preset.address import Address


@contextmanager
def curve_mistakes(preset: Preset) -> Iterator[None]:
    """Convert a `CurveError` that a curve raised into a `PresetError`.

    Other exceptions of a curve are faults of its plugin, and are not converted.

    Raises:
        PresetError: with the file that defines the curve.
    """
    try:
        yield
    except PluginError as error:
        cause = error.__cause__
        # The CurveError's cause is the curve's exception; for a non-finite value it is None.
        if not isinstance(cause, CurveError):
            raise
        if not isinstance(cause.__cause__, CurveError | None):
            raise
        label = preset.document.written(_address(cause.slot, preset)).label
        raise PresetError([f"{label}: {error}"]) from error


def _address(slot: str, preset: Preset) -> Address:
    """The address of the driven parameter, from its slot, such as `feedback/noise/1/amount`."""
    parts = slot.split("/")
    if len(parts) != 4:
        return tuple(parts)
    chain, use, count, name = parts
    entries = preset.document.uses()[chain]
    places = [number for number, each in enumerate(entries) if each == use]
    return (chain, places[int(count)], name)
