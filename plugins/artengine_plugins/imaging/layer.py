"""A picture or film from a file as a layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from artengine.api import Frame, FrameContext, Picture, Size, SourceError, size_of, to_frame
from artengine_plugins.imaging.truth import truth_for
from artengine_plugins.sources.images import Images
from artengine_plugins.sources.picture_file import SUFFIXES
from artengine_plugins.sources.video import Video


class Layer:
    """Plays a file along with a film; a video starts again after its end.

    The picture depends only on the frame's number, so a continued film needs no stored
    state.
    """

    def __init__(self) -> None:
        self._opened: tuple[str, Size, float] | None = None
        self._pictures: Iterator[Picture] = iter(())
        self._next = 0

    def at(self, path: str, frame: Frame, now: FrameContext) -> Frame:
        """Return the layer at this time, float32 in 0..1, cropped to the frame's shape.

        Args:
            path: a picture or video file; empty for the source frame.
            frame: determines the size.
            now: determines the time.

        Raises:
            SourceError: when the file cannot be read; the message names it.
        """
        if not path:
            return truth_for(frame, now)
        wanted = (path, size_of(frame), now.fps)
        if wanted != self._opened or now.index != self._next:
            self.close()
            kind = Images if Path(path).suffix.lower() in SUFFIXES else Video
            footage = kind(path=path, fit="crop").open(size_of(frame), now.fps)
            self._pictures, self._opened = footage.frames(now.index), wanted
        self._next = now.index + 1
        picture = next(self._pictures, None)
        if picture is None:
            raise SourceError(f"{path} holds no pictures; choose another file")
        return to_frame(picture)

    def close(self) -> None:
        """Close the file; `at` opens it again."""
        close = getattr(self._pictures, "close", None)
        if close is not None:
            close()
        self._opened, self._pictures = None, iter(())
