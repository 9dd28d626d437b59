"""A film: a dream with its writers, overlapping the network."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from artengine.catalog import Catalog
from artengine.dream.allocator import ahead, keep_memory
from artengine.dream.dreaming import Dream, with_precision
from artengine.dream.loop import Predict, Turn
from artengine.dream.writer_thread import WriterThread
from artengine.errors import UsageError, WriterError, did_you_mean
from artengine.frame import Picture
from artengine.preset import Preset
from artengine.weights import with_weights
from artengine.writer import Film, Sink, Writer

logger = logging.getLogger("artengine")


@dataclass(frozen=True, slots=True)
class Target:
    """A writer and where it writes."""

    writer: Writer
    path: Path


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a render made: the finished files, how many frames, and how long it took."""

    files: tuple[Path, ...]
    frames: int
    seconds: float
    stopped: bool


def targets(preset: Preset, catalog: Catalog, output: Path | None, folder: Path) -> list[Target]:
    """Decide what is written where.

    Args:
        output: a file or folder the person named, written by the writer whose suffix fits, in
            place of the preset's writers; with the preset's parameters where it has that writer.
        folder: what the preset's own paths are relative to.

    Raises:
        UsageError: when no writer fits the suffix of `output`.
    """
    if output is not None:
        kind = catalog.writer_for(output.name)
        if kind is None:
            known = sorted({s for writer in catalog.writers.values() for s in writer.suffixes})
            if not output.suffix:
                raise UsageError(f"{output}: end the name in one of {', '.join(known)}")
            raise UsageError(
                f'{output}: no writer for "{output.suffix}"{did_you_mean(output.suffix, known)}; '
                f"known endings: {', '.join(known)}"
            )
        own = [writer for writer in preset.writers if type(writer) is kind]
        return [Target(own[0] if own else kind(), output)]
    return [Target(writer, folder / _name(preset, writer)) for writer in preset.writers]


def _name(preset: Preset, writer: Writer) -> str:
    return writer.path or preset.name + (writer.suffixes[0] if writer.suffixes else "")


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


def _check_folder(path: Path) -> None:
    parent = path.absolute().parent
    if not parent.is_dir():
        raise WriterError(f"{path}: the folder {parent} does not exist; make it, or choose another")


def render(
    preset: Preset,
    catalog: Catalog,
    targets: Sequence[Target],
    *,
    predict: Predict | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Rendered:
    """Dream a preset and write it.

    Output chain and writers work on a thread of their own, decoding on another. A film that is
    stopped or that fails on its way keeps the frames it has, and leaves a film that was there.

    Args:
        predict: a network to dream with in place of the preset's weights.
        progress: called after each frame with how many there are and how many there will be.
        stop: asked before each frame is written; True ends the film there. Asked before the first
            one, nothing is written and a file that was there stays.

    Raises:
        ArtengineError: of the source, the weights, an effect or a writer.
    """
    for target in targets:
        _check_folder(target.path)
    if predict is None:
        preset = with_precision(with_weights(preset))
    with Dream(preset, predict=predict) as dream:
        if ahead(dream.size):
            keep_memory()
        total = preset.dream.frames
        film = Film(dream.output_size, dream.fps, total, preset.recipe(), preset.title)
        sinks = Sinks(targets, film)
        stopped = False

        def write(turn: Turn) -> None:
            picture = dream.picture(turn)
            picture.flags.writeable = False
            sinks.write(picture)
            catalog.notify("after_frame", index=turn.clock.index, picture=picture)
            progress(sinks.written, total)

        try:
            _ = dream.predict
            catalog.notify("before_dream", recipe=preset.table, frames=total)
            began = time.monotonic()
            with WriterThread(write, ahead(dream.output_size)) as writer_thread:
                for turn in dream.turns():
                    if stop():
                        stopped = True
                        break
                    writer_thread.put(dream.lean(turn))
                    # Not held while the next one is dreamt.
                    del turn
        except BaseException as error:
            if sinks.written:
                _close_after(error, sinks)
            else:
                sinks.abort()
            raise
        if stopped and not sinks.written:
            sinks.abort()
        files = sinks.close(partial=stopped)
    catalog.notify("after_dream", recipe=preset.table, files=files)
    return Rendered(tuple(files), sinks.written, time.monotonic() - began, stopped)


def _close_after(error: BaseException, sinks: Sinks) -> None:
    """Finish a film that failed on its way, and let no writer's error hide the reason."""
    try:
        sinks.close(partial=True)
    except Exception as another:
        if another is not error:
            logger.warning("%s", another)
