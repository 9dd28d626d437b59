"""The length of films that last as long as their sound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artengine.audio import analysed
from artengine.errors import SourceError
from artengine.preset.audio_tables import Audio
from artengine.preset.plugins import PluginTables
from artengine.source import Source

AUDIO = "audio"
"""The value of `dream.frames` for the length of the sound."""


def set_length(
    table: Mapping[str, Any],
    audio: Mapping[str, Audio],
    source: Source | None,
    plugins: PluginTables,
) -> None:
    """Replace `dream.frames = "audio"` by the number of frames of the longest sound.

    Args:
        table: the preset, which is changed.
        audio: its sounds.
        source: its source, whose frame rate is used if the preset has none.
        plugins: collects the mistakes.
    """
    dream = table.get("dream")
    if not isinstance(dream, dict) or dream.get("frames") != AUDIO:
        return
    # Prevent a second mistake about the text.
    dream["frames"] = 1
    files = [each for each in audio.values() if not each.of_source]
    if not files:
        text = '"audio" needs a sound file, as [audio.music] path = "music.mp3"; or write a number'
        plugins.problem(("dream", "frames"), text)
    elif source is not None:
        try:
            seconds = max(
                analysed(Path(each.path), each.bands).seconds - each.start for each in files
            )
            given = dream.get("fps")
            if not isinstance(given, int | float) or isinstance(given, bool) or given <= 0:
                given = source.open((16, 16), None).fps
        except SourceError as error:
            plugins.problem(("dream", "frames"), f'"audio" given, but {error}')
            return
        # Round up to whole frames, with a tolerance for rounding errors.
        frames = -int(-(seconds * given - 1e-6) // 1)
        if frames < 1:
            plugins.problem(("dream", "frames"), "the sound is over before the film begins")
        else:
            dream["frames"] = frames
