"""A picture or a film from a file, beside the one that is dreamt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from artengine.api import Frame, FrameContext, Picture, Size, SourceError, size_of, to_frame
from artengine_plugins.imaging.truth import truth_for
from artengine_plugins.sources.images import Images
from artengine_plugins.sources.picture_file import SUFFIXES
from artengine_plugins.sources.video import Video


class Layer:
    """Plays a file along with a film, from its beginning and again after its end.

    What is shown depends on the frame's number alone, so there is nothing to remember for a film
    that is continued.
    """

    def __init__(self) -> None:
        self._opened: tuple[str, Size, float] | None = None
        self._pictures: Iterator[Picture] = iter(())
        self._next = 0

    def at(self, path: str, frame: Frame, now: FrameContext) -> Frame:
        """The layer at this time, float32 of the frame's shape in 0..1, cropped to it.

        Args:
            path: a picture or video file; empty for the source frame.
            frame: gives the size.
            now: the film's time.

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
        """Let go of the file; it is opened again when it is needed."""
        close = getattr(self._pictures, "close", None)
        if close is not None:
            close()
        self._opened, self._pictures = None, iter(())
