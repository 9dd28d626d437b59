"""Films that ffmpeg encodes while they are dreamt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from artengine.api import Encoder, Film, Picture, Sink, add_sound, cannot_write

BT709 = (
    *("-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv"),
)
"""Tags that tell a player how colour was stored."""

TO_YUV = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_inp,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
"""Filters that store colour as `BT709` says, and say so: from version 8 on, ffmpeg's encoders take
the tags of the frames over those of the options."""


def tags(film: Film) -> dict[str, str]:
    """A film's recipe and title, by the names that players show them under."""
    texts = {"comment": film.recipe, "title": film.title}
    return {name: text for name, text in texts.items() if text}


class EncodedSink(Sink):
    """Pictures through one ffmpeg into one file.

    Args:
        path: the file to make.
        film: the film; its size is that of the pictures after `prepare`.
        options: ffmpeg's output options, with `-f`.
        prepare: what is done to each picture first.
        finish: what is done to the file at the end.
        tagged: whether ffmpeg writes the film's tags.
        plays_in_part: whether a file that breaks off can be played up to there.
        sound: ffmpeg's options for the film's sound and for the file that has it, with `-f`; none
            where the format carries no sound.
    """

    def __init__(
        self,
        path: Path,
        film: Film,
        options: Sequence[str],
        *,
        prepare: Callable[[Picture], Picture] | None = None,
        finish: Callable[[Path], None] | None = None,
        tagged: bool = True,
        plays_in_part: bool = True,
        sound: Sequence[str] = (),
    ) -> None:
        self._plays_in_part = plays_in_part
        self._film, self._sound = film, sound
        self._path, self._prepare, self._finish = path, prepare, finish
        said = tags(film) if tagged else {}
        self._encoder = Encoder(path, film.size, film.fps, options, tags=said)

    def write(self, picture: Picture) -> None:
        """Encode the next picture."""
        self._encoder.write(picture if self._prepare is None else self._prepare(picture))

    def close(self) -> None:
        """Finish the file."""
        self._encoder.close()
        if self._sound and self._film.sounds:
            self._add_sound()
        if self._finish is not None:
            try:
                self._finish(self._path)
            except OSError as error:
                raise cannot_write(error) from error

    def _add_sound(self) -> None:
        heard = self._path.with_name(f"heard{self._path.suffix}")
        seconds = self._encoder.taken / self._film.fps
        add_sound(self._path, heard, self._film.sounds, seconds=seconds, options=self._sound)
        try:
            heard.replace(self._path)
        except OSError as error:
            raise cannot_write(error) from error

    def salvage(self) -> bool:
        """Keep what can be played."""
        return self._encoder.salvage() and self._plays_in_part

    def abort(self) -> None:
        """Kill the encoder and remove the file."""
        self._encoder.abort()
