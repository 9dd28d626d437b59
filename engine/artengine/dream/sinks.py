"""Sinks: the open writers of a film, which get the same pictures."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artengine.dream.takes import is_taken, takes
from artengine.dream.targets import Target
from artengine.errors import ArtengineError, PluginError, WriterError, cannot_write, reason
from artengine.frame import Picture
from artengine.sidecar import sidecar, write_sidecar
from artengine.unfinished import Unfinished, remove_leftovers
from artengine.writer import Film, Sink

logger = logging.getLogger("artengine")


@dataclass(frozen=True, slots=True)
class _Opened:
    target: Target
    unfinished: Unfinished
    sink: Sink


class Sinks:
    """The open writers of a film. If one fails, a warning is logged and the others continue.

    Unfinished files that killed renders left in these folders are removed first.

    Args:
        targets: the writers and their paths.
        film: the properties of the film.

    Raises:
        ArtengineError: from `write` when no writer is left, and from `close` when any failed.
    """

    def __init__(self, targets: Sequence[Target], film: Film) -> None:
        self._film = film
        self._open: list[_Opened] = []
        self._errors: list[ArtengineError] = []
        self._files: list[Path] = []
        self.written = 0
        """Number of pictures written so far."""
        self.kept: dict[Path, Path] = {}
        """The existing films that were kept, by the new film that got another name."""
        try:
            for folder in {target.path.absolute().parent for target in targets}:
                remove_leftovers(folder)
            for target in targets:
                self._open.append(self._opened(target))
        except BaseException:
            self.abort()
            raise

    def _opened(self, target: Target) -> _Opened:
        try:
            unfinished = Unfinished(target.path)
        except OSError as error:
            raise _named(cannot_write(error), target) from error
        try:
            return _Opened(target, unfinished, target.writer.open(unfinished.path, self._film))
        except BaseException as error:
            unfinished.remove()
            if isinstance(error, Exception):
                raise _named(error, target) from error
            raise

    def write(self, picture: Picture) -> None:
        """Write a picture with every writer that has not failed."""
        for opened in list(self._open):
            try:
                opened.sink.write(picture)
            except Exception as error:
                self._open.remove(opened)
                self._drop(opened, error)
        self.written += 1
        if not self._open and self._errors:
            raise self._errors[0]

    def close(self, *, partial: bool = False) -> list[Path]:
        """Finish the files and return them; an interrupt removes the unfinished ones.

        Args:
            partial: whether the film was stopped early; it then does not replace another one.
        """
        try:
            while self._open:
                opened = self._open[0]
                try:
                    opened.sink.close()
                except Exception as error:
                    self._open.remove(opened)
                    self._drop(opened, error)
                else:
                    self._move(opened, partial=partial)
                    self._open.remove(opened)
        except BaseException:
            self.abort()
            raise
        if self._errors:
            raise self._errors[0]
        return list(self._files)

    def abort(self) -> None:
        """Stop all writers and remove unfinished files."""
        for opened in self._open:
            opened.sink.abort()
            opened.unfinished.remove()
        self._open.clear()

    def _drop(self, opened: _Opened, error: Exception) -> None:
        """Keep the frames that a failed writer has written so far, and report the failure."""
        failure = _named(error, opened.target)
        if opened.sink.salvage():
            file = self._move(opened, partial=True)
            if file is not None:
                failure = WriterError(f"{failure}; the frames until then are kept as {file}")
        opened.unfinished.remove()
        self._errors.append(failure)
        if self._open:
            logger.warning("%s; the other files are continued", failure)

    def _move(self, opened: _Opened, *, partial: bool) -> Path | None:
        """Move a finished file to its target; if that fails, keep it where it is."""
        target, unfinished = opened.target, opened.unfinished
        made = target.writer.result(unfinished.path)
        try:
            path = _placed(target, unfinished, made, partial=partial)
            self._write_sidecar(target, path)
        except OSError as error:
            unfinished.keep()
            where = f"what was made is kept as {made}" if made.exists() else "its recipe is lost"
            self._errors.append(_named(WriterError(f"{cannot_write(error)}; {where}"), target))
            return None
        unfinished.remove()
        self._files.append(path)
        asked = target.writer.result(target.path)
        # Films made together share one take number, and not all of them have an earlier film.
        if path != asked and os.path.lexists(asked):
            self.kept[path] = asked
        return path

    def _write_sidecar(self, target: Target, path: Path) -> None:
        recipe = self._film.recipe
        if not recipe or target.writer.carries(path, recipe):
            return
        beside = write_sidecar(path, recipe)
        length = len(recipe.encode())
        logger.warning("%s cannot hold its recipe of %d bytes: it is in %s", path, length, beside)


def _placed(target: Target, unfinished: Unfinished, made: Path, *, partial: bool) -> Path:
    writer, asked = target.writer, target.writer.result(target.path)
    if target.overwrite and not partial and not (asked.exists() and writer.obstacle(asked)):
        unfinished.replace(made, asked)
        sidecar(asked).unlink(missing_ok=True)
        return asked
    names = (path for path in takes(writer, target.path, target.take) if not is_taken(writer, path))
    return unfinished.move(made, map(writer.result, names))


def _named(error: Exception, target: Target) -> ArtengineError:
    """The error of a writer, prefixed with the path of its file."""
    if isinstance(error, WriterError):
        return WriterError(f"{target.path}: {error}")
    if isinstance(error, ArtengineError):
        return error
    kind = type(target.writer)
    return PluginError(f'{target.path}: writer "{kind.name}": {reason(error, kind.__module__)}')
