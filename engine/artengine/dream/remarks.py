"""Remarks on curves: keys that have no effect in a film, or that may be mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from artengine.audio import PlacedTrack
from artengine.curves import CurveError, Scope
from artengine.curves.driven import naming
from artengine.dream.sound import film_tempo, placed_tracks
from artengine.errors import PluginError
from artengine.preset import Preset

MOST_REMARKS = 3
"""Maximum number of remarks that are listed individually."""


def curve_remarks(preset: Preset, fps: float) -> list[str]:
    """Return remarks on a preset's sounds and curves at that frame rate, with addresses.

    If there are more than `MOST_REMARKS` on curves, only the first one is listed and the others are
    counted: a short film of a long preset cuts off most of its curves. If an option shortened
    the film, a preview of the whole film is recommended.

    Raises:
        PluginError: when a curve of a plugin fails.
        SourceError: when a sound cannot be read.
    """
    placed = placed_tracks(preset)
    tempo = film_tempo(preset, placed)
    scope = Scope(fps, preset.dream.frames, preset.seed, tempo, preset.names)
    remarks = list(_of_curves(preset, scope))
    given = preset.document.written(("dream", "frames"))
    # The values of a preview have the preset's name as their origin.
    shortened = given.named and given.label != preset.name
    cut_off = shortened and any("after the film's end" in remark for remark in remarks)
    if len(remarks) > MOST_REMARKS:
        remarks[1:] = [f"{len(remarks) - 1} more curves have such keys"]
    hint = ["to see the whole film in few frames, use --preview in place of a shorter length"]
    return [*_of_sounds(placed), *remarks, *(hint if cut_off else ())]


def _of_sounds(tracks: Mapping[str, PlacedTrack]) -> Iterator[str]:
    for name, placed in tracks.items():
        if placed.track.silent:
            yield f"audio.{name}: it is silent, so that its features stay 0"
        elif placed.start >= placed.track.seconds:
            yield (
                f"audio.{name}: the film begins at {placed.start:g} s of the sound, which is "
                f"{placed.track.seconds:.6g} s long, so that nothing is heard of it"
            )


def _of_curves(preset: Preset, scope: Scope) -> Iterator[str]:
    for address, curve in preset.curves_by_address().items():
        try:
            with naming(address, curve):
                yield from (f"{address}: {remark}" for remark in curve.remarks(scope))
        except CurveError as error:
            raise PluginError(str(error)) from error
