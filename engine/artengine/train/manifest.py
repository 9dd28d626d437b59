"""The manifest of prepared footage, which describes the frames of a folder and their files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from artengine.atomic import atomic_write
from artengine.errors import TrainingError
from artengine.frame import Size
from artengine.params import values_without_paths
from artengine.source import Source


class FootageOrigin(BaseModel):
    """One of the sources that the footage was read from.

    Args:
        name: the source plugin's name.
        parameters: its parameters, as in a preset.
        fingerprint: identifies its content.
        start: index of its first frame in the footage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    parameters: dict[str, Any]
    fingerprint: dict[str, str]
    start: int = 0

    @classmethod
    def of(cls, source: Source, fingerprint: Mapping[str, str], start: int = 0) -> Self:
        """Describe a source. Its `fingerprint()` is passed, because it is slow for long clips."""
        return cls(
            name=source.name,
            parameters=source.model_dump(mode="json"),
            fingerprint=dict(fingerprint),
            start=start,
        )


class Shard(BaseModel):
    """The number of frames and of bytes in a finished file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frames: int
    bytes: int


class Manifest(BaseModel):
    """Description of the frames in a folder.

    Args:
        format: version of the folder's layout.
        reading: version of the way in which clips are read; 1 if it is missing in the file.
        identity: identifies the preparation; frames of two identities are never mixed.
        size: width and height of every frame, in pixels.
        fps: frames per second.
        quality: JPEG quality; 100 means PNG.
        origins: the sources that were read so far, in order.
        shards: the finished files, in order.
        cuts: sorted indices of frames that begin a new scene, without 0.
        finished: whether the sources were read to their end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    FILE: ClassVar[str] = "manifest.json"
    FORMAT: ClassVar[int] = 1
    READING: ClassVar[int] = 2
    """Increase it when the engine or a packaged source reads other frames from the same file: other
    colours, times, fields or scaling. Footage of earlier versions is then prepared again."""

    format: int = FORMAT
    reading: int = 1
    identity: str
    size: Size
    fps: float
    quality: int
    origins: tuple[FootageOrigin, ...] = ()
    shards: tuple[Shard, ...] = ()
    cuts: tuple[int, ...] = ()
    finished: bool = False

    @property
    def frames(self) -> int:
        """Number of frames in the finished shards."""
        return sum(shard.frames for shard in self.shards)

    @property
    def files(self) -> tuple[str, ...]:
        """The files and folders that the sources name as their `path`, in order."""
        return tuple(str(o.parameters["path"]) for o in self.origins if "path" in o.parameters)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a folder's manifest, or return None if there is none.

        Missing or truncated shards, and all later ones, are left out.

        Raises:
            TrainingError: when the file has another format, is not a manifest, or is from a version
                that read clips differently.
        """
        path = folder / cls.FILE
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TrainingError(f"{path}: cannot be read ({error.strerror})") from None
        try:
            table = json.loads(text)
            found = table.get("format")
            manifest = cls.model_validate(table) if found == cls.FORMAT else None
        except (ValueError, AttributeError, ValidationError):
            raise TrainingError(
                f"{path}: not a manifest of prepared footage; remove the folder and prepare again"
            ) from None
        if manifest is None:
            raise TrainingError(
                f"{path}: the footage has format {found}, this version reads format {cls.FORMAT}; "
                "remove the folder and prepare again"
            )
        if manifest.reading != cls.READING:
            raise TrainingError(
                f"{path}: the footage was prepared by a version that reads clips in another way; "
                "remove the folder and prepare again"
            )
        return manifest._without_missing_shards(folder)

    def _without_missing_shards(self, folder: Path) -> Self:
        for index, shard in enumerate(self.shards):
            path = folder / shard_name(index)
            if not path.is_file() or path.stat().st_size != shard.bytes:
                kept = self.shards[:index]
                frames = sum(shard.frames for shard in kept)
                changes = {
                    "shards": kept,
                    "origins": tuple(origin for origin in self.origins if origin.start < frames),
                    "cuts": tuple(cut for cut in self.cuts if cut < frames),
                    "finished": False,
                }
                return self.model_copy(update=changes)
        return self

    def write(self, folder: Path) -> None:
        """Write the manifest into a folder atomically."""
        with atomic_write(folder / self.FILE) as unfinished:
            unfinished.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def shard_name(index: int) -> str:
    """Return the file name of a shard by its index."""
    return f"frames-{index:05d}.tfrecord"


def identity(
    sources: Sequence[Source],
    fingerprints: Sequence[Mapping[str, str]],
    *,
    size: Size,
    fps: float,
    quality: int,
    cap: int | None,
    shard_frames: int,
) -> str:
    """Describe in one line of JSON everything that the frames of a preparation depend on.

    Paths are left out if a source has a fingerprint, so that a moved file is recognised.

    Args:
        sources: the sources, in order.
        fingerprints: the fingerprint of each source.
        size, fps, quality: see `Manifest`.
        cap: number of frames to take of endless footage; None if no footage is endless.
        shard_frames: maximum number of frames in a file.
    """
    described = []
    for source, fingerprint in zip(sources, fingerprints, strict=True):
        named = source.model_dump(mode="json")
        parameters = values_without_paths(source) if fingerprint else named
        described.append([source.name, parameters, dict(fingerprint)])
    content = [Manifest.FORMAT, described, size, fps, quality, cap, shard_frames]
    return _line([*content, Manifest.READING])


def earlier_identities(made_from: str) -> list[str]:
    """Return the identities of the same preparation by versions that read clips differently.

    Args:
        made_from: the result of `identity`.
    """
    *content, reading = json.loads(made_from)
    # The first version had no number.
    return [_line(content), *(_line([*content, earlier]) for earlier in range(2, reading))]


def _line(content: Sequence[Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
