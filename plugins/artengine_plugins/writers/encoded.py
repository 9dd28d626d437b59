"""Films that ffmpeg encodes while they are dreamt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from artengine.api import Encoder, Film, Picture, Sink
from artengine_plugins.writers.unfinished import Unfinished

BT709 = (
    *("-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv"),
)
"""Tags that tell a player how colour was stored."""

TO_YUV = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_inp"
"""The filter that stores colour as `BT709` says."""


def tags(film: Film) -> list[str]:
    """Options that put a film's recipe and title into its metadata."""
    said = {"comment": film.recipe, "title": film.title}
    return [part for key, text in said.items() if text for part in ("-metadata", f"{key}={text}")]


class EncodedSink(Sink):
    """Pictures through one ffmpeg into one file.

    Args:
        target: the final name.
        film: the film; its size is that of the pictures after `prepare`.
        options: ffmpeg's output options, with `-f`.
        prepare: what is done to each picture first.
        finish: what is done to the file before it gets its name.
    """

    def __init__(
        self,
        target: Path,
        film: Film,
        options: Sequence[str],
        *,
        prepare: Callable[[Picture], Picture] | None = None,
        finish: Callable[[Path], None] | None = None,
    ) -> None:
        self._prepare, self._finish = prepare, finish
        self._file = Unfinished(target)
        self._encoder = Encoder(self._file.path, film.size, film.fps, options, name=str(target))

    def write(self, picture: Picture) -> None:
        """Encode the next picture."""
        self._encoder.write(picture if self._prepare is None else self._prepare(picture))

    def close(self) -> Path | None:
        """Finish the file and rename it."""
        try:
            self._encoder.close()
        except BaseException:
            self.abort()
            raise
        return self._file.keep(self._finish, partial=self.partial)

    def abort(self) -> None:
        """Kill the encoder and remove the file."""
        self._encoder.abort()
        self._file.remove()
