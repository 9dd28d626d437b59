"""MP4 and QuickTime files that stay playable if writing stops early, for example on a full disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from artengine.api import Film, Picture, WriterError, remux
from artengine_plugins.writers.encoded import EncodedSink

# Each fragment of a second has its own index. Without fragments the only index is at the end of the
# file, and an incomplete file cannot be played.
_FRAGMENTS = ("-movflags", "+delay_moov", "-frag_duration", "1000000")

# The fields of a QuickTime file that players show hold 64 KiB; these tags hold any length.
_LONG_TAGS = "+use_metadata_tags"
_MOST_IN_FIELD = 65_535


class MovieSink(EncodedSink):
    """A sink for an MP4 or QuickTime file, written in fragments and put in order at the end.

    Args:
        path: the file to make; with the suffix `.mov` it is QuickTime.
        film: the film; its size is that of the pictures after `prepare`.
        options: ffmpeg's options for the pictures.
        prepare: applied to each picture first.
        revise: applied to the finished file first, with ffmpeg's options for its container.
        sound: ffmpeg's options for the film's sound.
    """

    def __init__(
        self,
        path: Path,
        film: Film,
        options: Sequence[str],
        *,
        prepare: Callable[[Picture], Picture] | None = None,
        revise: Callable[[Path, Sequence[str]], None] | None = None,
        sound: Sequence[str] = ("-c:a", "aac", "-b:a", "192k"),
    ) -> None:
        self._revise = revise
        quicktime = path.suffix.lower() == ".mov"
        long = quicktime and len(film.recipe.encode()) > _MOST_IN_FIELD
        kind, flags = ("mov" if quicktime else "mp4"), (_LONG_TAGS if long else "")
        fragments = [_FRAGMENTS[0], _FRAGMENTS[1] + flags, *_FRAGMENTS[2:]]
        self._final_options = ["-movflags", f"+faststart{flags}", "-f", kind]
        super().__init__(
            path,
            film,
            [*options, *fragments, "-f", kind],
            prepare=prepare,
            finish=self._move_index,
            sound=[*sound, *fragments, "-f", kind],
        )

    def _move_index(self, path: Path) -> None:
        """Move the index to the front, so that the film plays while it loads from the web."""
        ordered = path.with_name(f"ordered{path.suffix}")
        # The file is playable already, and must not be lost if the disk is full.
        with suppress(WriterError):
            if self._revise is not None:
                self._revise(path, self._final_options)
            remux(path, ordered, self._final_options)
            ordered.replace(path)
