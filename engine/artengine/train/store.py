"""Writing frames to TFRecord shards; an interruption loses at most one shard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import cv2

from artengine.errors import TrainingError
from artengine.frame import Picture
from artengine.train import records
from artengine.train.manifest import FootageOrigin, Manifest, Shard, shard_name

SHARD_BYTES = 32 * 2**20
"""A shard ends when it has this many bytes, so that reading few shards needs little memory."""


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Convert errors of writing to a folder to a `TrainingError`."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or " ".join(str(error).split())).lower()
        raise TrainingError(
            f"{folder}: cannot be written ({reason}); make room and continue, or give another "
            "folder"
        ) from None


class Store:
    """Writes the shards of a preparation; it continues after those that `manifest` lists.

    Args:
        folder: an existing folder for the shards and the manifest.
        manifest: the manifest of what was written so far.
        shard_frames: maximum number of frames in a shard.
    """

    def __init__(self, folder: Path, manifest: Manifest, shard_frames: int) -> None:
        self._folder = folder
        self._manifest = manifest
        self._shard_frames = shard_frames
        self._origins = list(manifest.origins)
        self._cuts = set(manifest.cuts)
        self._file: BinaryIO | None = None
        self._pending = 0
        self._bytes = 0
        self.frames = manifest.frames
        """Number of frames so far."""

    @property
    def origin(self) -> FootageOrigin:
        """The current source."""
        return self._origins[-1]

    def begin(self, origin: FootageOrigin) -> None:
        """Set the source of the next frames."""
        self._origins.append(origin)
        if self.frames:
            self._cuts.add(self.frames)

    def cut(self, indices: list[int]) -> None:
        """Add frames that begin a scene."""
        self._cuts.update(indices)

    def add(self, picture: Picture) -> None:
        """Store the next frame. Raise `TrainingError` on failure."""
        example = records.example(_encoded(picture, self._manifest.quality), self.frames)
        with writing_to(self._folder):
            if self._file is None:
                self._file = self._partial.open("wb")
            self._file.write(records.record(example))
        self.frames += 1
        self._pending += 1
        self._bytes += len(example)
        if self._pending == self._shard_frames or self._bytes >= SHARD_BYTES:
            self._end_shard()

    def close(self) -> None:
        """Stop writing and delete an unfinished shard. After `finish` this has no effect."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._partial.unlink()
            self._file = None

    def finish(self) -> Manifest:
        """Store pending frames and mark the footage as finished. May raise `TrainingError`."""
        if self._pending:
            self._end_shard()
        self._write_manifest(finished=True)
        return self._manifest

    @property
    def _partial(self) -> Path:
        return self._folder / f"{shard_name(len(self._manifest.shards))}.part"

    def _end_shard(self) -> None:
        with writing_to(self._folder):
            if self._file is not None:
                self._file.close()
                self._file = None
            size = self._partial.stat().st_size
            self._partial.replace(self._partial.with_suffix(""))
        shard = Shard(frames=self._pending, bytes=size)
        self._pending = self._bytes = 0
        shards = (*self._manifest.shards, shard)
        self._manifest = self._manifest.model_copy(update={"shards": shards})
        self._write_manifest(finished=False)

    def _write_manifest(self, *, finished: bool) -> None:
        changes = {
            "origins": tuple(self._origins),
            "cuts": tuple(sorted(self._cuts)),
            "finished": finished,
        }
        self._manifest = self._manifest.model_copy(update=changes)
        with writing_to(self._folder):
            self._manifest.write(self._folder)


def _encoded(picture: Picture, quality: int) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    if quality == 100:
        _, image = cv2.imencode(".png", bgr)
    else:
        sampling = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
        _, image = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality, *sampling])
    return image.tobytes()
