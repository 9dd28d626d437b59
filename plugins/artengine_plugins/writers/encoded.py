"""Films that ffmpeg encodes frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from artengine.api import Encoder, Film, Picture, Sink, add_sound, cannot_write

BT709 = (
    *("-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv"),
)
"""Options that tag a stream's colour encoding for players."""

TO_YUV = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_inp,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
"""Filters that convert to the colour encoding of `BT709` and tag the frames with it: from version 8
on, ffmpeg's encoders prefer the tags of the frames to those of the options."""


def tags(film: Film) -> dict[str, str]:
    """Return a film's recipe and title, by the names of the fields that players show."""
    texts = {"comment": film.recipe, "title": film.title}
    return {name: text for name, text in texts.items() if text}


class EncodedSink(Sink):
    """A sink that passes pictures through one ffmpeg process to one file.

    Args:
        path: the file to make.
        film: the film; its size is that of the pictures after `prepare`.
        options: ffmpeg's output options, with `-f`.
        prepare: applied to each picture first.
        finish: applied to the file at the end.
        tagged: whether ffmpeg writes the film's tags.
        plays_in_part: whether an incomplete file can be played as far as it goes.
        sound: ffmpeg's options for the film's sound and for the file with sound, with `-f`; empty
            if the format carries no sound.
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
        """Keep the playable part of the file."""
        return self._encoder.salvage() and self._plays_in_part

    def abort(self) -> None:
        """Kill the encoder and remove the file."""
        self._encoder.abort()
