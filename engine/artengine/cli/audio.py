"""`artengine audio`: report and draw the features of a sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from artengine.cli.options import AsJson
from artengine.cli.streams import answer, tell


def audio(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A sound file, or a video file with sound.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.png", help="Draw the features into a PNG."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report the length and tempo of a sound, and draw its features.

    The features are those that the expressions of presets read: kick, snare, hat, onset, rms, low,
    mid, high, centroid and chroma. The tempo needs artengine[audio].

    Examples:

        artengine audio song.mp3

        artengine audio song.mp3 -o song.png

        artengine audio clip.mp4 --json
    """
    from artengine.audio import Track, analysed, beats_in
    from artengine.audio.tempo import MISSING, tempo_of
    from artengine.errors import UsageError, WriterError

    if output is not None and output.suffix.lower() != ".png":
        raise UsageError(f"{output}: features are drawn as a PNG; end its name in .png")
    track = Track(analysed(file))
    beats = () if track.silent else beats_in(file)
    bpm = tempo_of(beats or ())
    onsets = track.hits("onset").times
    if as_json:
        import json

        found = {
            "file": str(file),
            "seconds": round(track.seconds, 6),
            "silent": track.silent,
            "onsets": [round(float(time), 4) for time in onsets],
            "bpm": None if bpm is None else round(bpm, 2),
            "beats": None if beats is None else [round(beat, 4) for beat in beats],
        }
        answer(json.dumps(found))
    else:
        minutes, seconds = divmod(track.seconds, 60)
        answer(f"length: {track.seconds:.3f} s ({int(minutes)}:{seconds:04.1f})")
        answer("silent" if track.silent else f"onsets: {len(onsets):,}")
        if bpm is not None:
            answer(f"tempo: {bpm:.1f} beats a minute")
    if beats is None:
        tell(MISSING)
    if output is not None:
        from artengine.audio.plot import draw

        try:
            draw(track, output, file.name)
        except OSError as error:
            raise WriterError(f"cannot write {output}: {error.strerror}") from error
        tell(f"plot: {output}")
