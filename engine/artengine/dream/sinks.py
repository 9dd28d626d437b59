"""The opened writers of a film, fed together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from artengine.dream.targets import Target
from artengine.frame import Picture
from artengine.writer import Film, Sink

logger = logging.getLogger("artengine")


class Sinks:
    """The opened writers of a film. One that fails is set aside; the others go on.

    Raises:
        WriterError: at once when none is left, and from `close` when any failed. Whatever else a
            writer raises is handled in the same way.
    """

    def __init__(self, targets: Sequence[Target], film: Film) -> None:
        self._open: list[tuple[Target, Sink]] = []
        self._errors: list[Exception] = []
        self.written = 0
        try:
            for target in targets:
                self._open.append((target, target.writer.open(target.path, film)))
        except BaseException:
            self.abort()
            raise

    def write(self, picture: Picture) -> None:
        """Give a picture to every writer that still stands."""
        for entry in list(self._open):
            try:
                entry[1].write(picture)
            except Exception as error:
                entry[1].abort()
                self._open.remove(entry)
                self._errors.append(error)
        self.written += 1
        if not self._open and self._errors:
            raise self._errors[0]

    def close(self, *, partial: bool = False) -> list[Path]:
        """Finish the files and return them; an interrupt removes those that are unfinished.

        Args:
            fragment: whether the film was left before its end, and so replaces no other.
        """
        files = []
        try:
            while self._open:
                target, sink = self._open[0]
                sink.partial = partial
                path = target.writer.result(target.path)
                try:
                    other = sink.close()
                except Exception as error:
                    self._errors.append(error)
                else:
                    files.append(other or path)
                    if other is not None:
                        logger.warning("%s is left as it was; what was made is %s", path, other)
                del self._open[0]
        except BaseException:
            self.abort()
            raise
        if self._errors:
            raise self._errors[0]
        return files

    def abort(self) -> None:
        """Remove what is unfinished."""
        for _, sink in self._open:
            sink.abort()
        self._open.clear()
