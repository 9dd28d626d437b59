"""Preparation of footage: each frame of a source is stored once, at the training's size."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Self, cast

from artengine.errors import PluginError, SourceError, TrainingError
from artengine.frame import Picture, Size, size_of
from artengine.lock import exclusive_lock
from artengine.source import Footage, Source
from artengine.train.cuts import CutFinder
from artengine.train.manifest import FootageOrigin, Manifest, identity
from artengine.train.store import Store, writing_to

Progress = Callable[[int, int | None], None]
"""Called with the number of stored frames, and the total number if it is known."""


def prepare(
    source: Source | Sequence[Source],
    folder: Path,
    *,
    size: Size,
    fps: float | None = None,
    seconds: float = 60.0,
    quality: int = 95,
    progress: Progress | None = None,
    shard_frames: int = 256,
) -> Manifest:
    """Store each frame of a source once in a folder, and find its scene cuts.

    Args:
        source: the source; several are joined in their order, with a scene cut between them.
        folder: the target folder; created if it is missing.
        size: width and height to store, in pixels.
        fps: frames per second to store; the (first) source's own when None.
        seconds: duration to take of an endless source.
        quality: JPEG quality, 1 to 100; 100 stores lossless PNG.
        progress: called after each frame.
        shard_frames: maximum number of frames in a file.

    Returns:
        The finished manifest.

    Raises:
        SourceError: when a source cannot be read or holds no frames.
        TrainingError: when the folder cannot be written, or holds other footage.
        PluginError: when a source delivers another size than requested.
    """
    opened = Preparation.of(
        source, size=size, fps=fps, seconds=seconds, quality=quality, shard_frames=shard_frames
    )
    return opened.run(folder, progress)


@dataclass(frozen=True)
class Preparation:
    """Opened sources and the settings of their storage; see `prepare`.

    Args:
        sources: the given sources, in order.
        footages: each source, opened without repeats at its end.
        quality: JPEG quality; 100 stores PNG.
        cap: number of frames to take of endless footage.
        shard_frames: maximum number of frames in a file.
    """

    sources: tuple[Source, ...]
    footages: tuple[Footage, ...]
    quality: int
    cap: int
    shard_frames: int

    @classmethod
    def of(
        cls,
        source: Source | Sequence[Source],
        *,
        size: Size,
        fps: float | None = None,
        seconds: float = 60.0,
        quality: int = 95,
        shard_frames: int = 256,
    ) -> Self:
        """Open the sources. Raise `SourceError` if that fails."""
        sources = (source,) if isinstance(source, Source) else tuple(source)
        first = sources[0].once().open(size, fps)
        footages = (first, *(one.once().open(size, first.fps) for one in sources[1:]))
        return cls(sources, footages, quality, max(1, round(seconds * first.fps)), shard_frames)

    @cached_property
    def _fingerprints(self) -> list[Mapping[str, str]]:
        return [source.fingerprint() for source in self.sources]

    @cached_property
    def identity(self) -> str:
        """One line that identifies these frames; see `Manifest`."""
        return identity(
            [source.once() for source in self.sources],
            self._fingerprints,
            size=self.footages[0].size,
            fps=self.footages[0].fps,
            quality=self.quality,
            cap=self.cap if any(map(_is_endless, self.footages)) else None,
            shard_frames=self.shard_frames,
        )

    def run(
        self,
        folder: Path,
        progress: Progress | None = None,
        waiting: Callable[[], None] = lambda: None,
    ) -> Manifest:
        """Store all frames that are missing in the folder.

        The folder gets TFRecord files, each record a `tf.train.Example` of `image` (JPEG without
        chroma subsampling, or PNG) and `index`, and `manifest.json`, which is rewritten after each
        file. A preparation that was stopped, at any time, continues after its last finished file,
        with the same bytes as an uninterrupted one. Memory use does not grow with the length of the
        footage. If another process prepares the same folder, this one waits.

        Args:
            folder: the target folder; created if it is missing.
            progress: called after each frame.
            waiting: called repeatedly during the wait; an exception ends it.

        Raises:
            SourceError: when a source cannot be read or holds no frames.
            TrainingError: when the folder cannot be written, or holds other footage.
            PluginError: when a source delivers another size than requested.
        """
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".lock").touch()
        with exclusive_lock(folder, waiting=waiting):
            manifest = self._read_or_create(folder)
            if manifest.finished:
                return manifest
            expected = self._expected()
            with closing(Store(folder, manifest, self.shard_frames)) as store:
                for frames in self._store_all(store, done=len(manifest.origins) - 1):
                    if progress is not None:
                        progress(frames, expected)
                return store.finish()

    def _read_or_create(self, folder: Path) -> Manifest:
        manifest = Manifest.read(folder)
        made_from = self.identity
        if manifest is None:
            first = self.footages[0]
            return Manifest(
                reading=Manifest.READING,
                identity=made_from,
                size=first.size,
                fps=first.fps,
                quality=self.quality,
            )
        if manifest.identity != made_from:
            raise TrainingError(
                f"{folder}: holds footage of another source, size, rate or quality; give another "
                "folder, or remove this one"
            )
        return manifest

    def _expected(self) -> int | None:
        lengths = [self.cap if _is_endless(one) else one.length for one in self.footages]
        known = [length for length in lengths if length is not None]
        return sum(known) if len(known) == len(lengths) else None

    def _store_all(self, store: Store, done: int) -> Iterator[int]:
        for number, (source, footage) in enumerate(zip(self.sources, self.footages, strict=True)):
            if number > done:
                store.begin(FootageOrigin.of(source, self._fingerprints[number], store.frames))
            if number >= done:
                yield from self._store(store, source, footage)

    def _store(self, store: Store, source: Source, footage: Footage) -> Iterator[int]:
        """Store the missing frames of the current source; yield the count of frames."""
        stored = store.frames - store.origin.start
        # After an interruption, feed the frames that the cut finder would remember again.
        again = min(CutFinder.memory, stored)
        finder = CutFinder(store.frames - again)
        stop = self.cap - stored if _is_endless(footage) else None
        with closing(cast("Generator[Picture]", footage.frames(stored - again))) as pictures:
            for picture in islice(pictures, again):
                finder.feed(picture)
            for picture in islice(pictures, stop):
                _check_size(source, size_of(picture), footage.size)
                store.cut(finder.feed(picture))
                store.add(picture)
                yield store.frames
        store.cut(finder.finish())
        if store.frames == store.origin.start:
            raise SourceError(f"source {source.name}: holds no frames; give another")


def _is_endless(footage: Footage) -> bool:
    return footage.length is None and not footage.finite


def _check_size(source: Source, given: Size, asked: Size) -> None:
    if given != asked:
        raise PluginError(
            f"source {source.name}: delivered {given[0]}x{given[1]} pixels where "
            f"{asked[0]}x{asked[1]} were asked for; mend the plugin"
        )
