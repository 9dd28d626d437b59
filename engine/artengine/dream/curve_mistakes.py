"""Errors of curves that are mistakes of the preset, told as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from artengine.curves import CurveError
from artengine.errors import PluginError, PresetError
from artengine.preset import Preset
from artengine.preset.address import Address


@contextmanager
def curve_mistakes(preset: Preset) -> Iterator[None]:
    """Turn the error of a curve that says what is wrong with it into one of the preset.

    What a curve raises in another way is a fault of its plugin, and stays one.

    Raises:
        PresetError: with the file that the curve is written in.
    """
    try:
        yield
    except PluginError as error:
        cause = error.__cause__
        # Its own cause is what the curve raised; a value that is not finite has none.
        if not isinstance(cause, CurveError):
            raise
        if not isinstance(cause.__cause__, CurveError | None):
            raise
        label = preset.document.written(_address(cause.slot, preset)).label
        raise PresetError([f"{label}: {error}"]) from error


def _address(slot: str, preset: Preset) -> Address:
    """The address of what is driven, from its slot, as `feedback/noise/1/amount`."""
    parts = slot.split("/")
    if len(parts) != 4:
        return tuple(parts)
    chain, use, count, name = parts
    entries = preset.document.uses()[chain]
    places = [number for number, each in enumerate(entries) if each == use]
    return (chain, places[int(count)], name)
