"""The manifest of prepared footage: what the frames of a folder are, and where they lie."""

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
        parameters: its parameters, as a preset would write them.
        fingerprint: what its content is told by.
        start: index of its first frame in the footage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    parameters: dict[str, Any]
    fingerprint: dict[str, str]
    start: int = 0

    @classmethod
    def of(cls, source: Source, fingerprint: Mapping[str, str], start: int = 0) -> Self:
        """Describe a source, given its `fingerprint()`: that of a long clip takes a while."""
        return cls(
            name=source.name,
            parameters=source.model_dump(mode="json"),
            fingerprint=dict(fingerprint),
            start=start,
        )


class Shard(BaseModel):
    """A finished file of frames: how many frames and how many bytes it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frames: int
    bytes: int


class Manifest(BaseModel):
    """What the frames in a folder are.

    Args:
        format: version of the folder's layout.
        reading: version of the way in which clips are read; 1 in manifests that do not say it.
        identity: tells one preparation from another; frames of two identities never mix.
        size: width and height of every frame, in pixels.
        fps: frames a second.
        quality: JPEG quality; 100 means PNG.
        origins: the sources that were read so far, in order.
        shards: the finished files, in order.
        cuts: sorted indices of frames that begin a new scene; 0 is not among them.
        finished: whether the sources were read to their end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    FILE: ClassVar[str] = "manifest.json"
    FORMAT: ClassVar[int] = 1
    READING: ClassVar[int] = 2
    """Raise it when the engine or a source that ships reads other frames from the same file: other
    colours, times, fields or scaling. Footage of an earlier one is then prepared again."""

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
        """How many frames the finished shards hold."""
        return sum(shard.frames for shard in self.shards)

    @property
    def files(self) -> tuple[str, ...]:
        """The files and folders that the sources name as their `path`, in order."""
        return tuple(str(o.parameters["path"]) for o in self.origins if "path" in o.parameters)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a folder's manifest, or return None where there is none.

        Shards that are missing or cut short, and all that follow them, are left out.

        Raises:
            TrainingError: when the file is of another format, is no manifest, or was prepared when
                clips were read in another way.
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
        return manifest._without_lost(folder)

    def _without_lost(self, folder: Path) -> Self:
        for index, shard in enumerate(self.shards):
            path = folder / shard_name(index)
            if not path.is_file() or path.stat().st_size != shard.bytes:
                kept = self.shards[:index]
                frames = sum(shard.frames for shard in kept)
                news = {
                    "shards": kept,
                    "origins": tuple(origin for origin in self.origins if origin.start < frames),
                    "cuts": tuple(cut for cut in self.cuts if cut < frames),
                    "finished": False,
                }
                return self.model_copy(update=news)
        return self

    def write(self, folder: Path) -> None:
        """Put the manifest into a folder in one step, so that it is never seen half written."""
        with atomic_write(folder / self.FILE) as unfinished:
            unfinished.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def shard_name(index: int) -> str:
    """File name of the shard with that index."""
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
    """Describe in one line of JSON everything that decides what frames a preparation gives.

    Paths are left out where a source has a fingerprint, so that a moved file is known again.

    Args:
        sources: what is read, in order.
        fingerprints: of each.
        size, fps, quality: see `Manifest`.
        cap: how many frames are taken of footage that has no end; None where all of it ends.
        shard_frames: most frames in a file.
    """
    described = []
    for source, fingerprint in zip(sources, fingerprints, strict=True):
        named = source.model_dump(mode="json")
        parameters = values_without_paths(source) if fingerprint else named
        described.append([source.name, parameters, dict(fingerprint)])
    content = [Manifest.FORMAT, described, size, fps, quality, cap, shard_frames]
    return _line([*content, Manifest.READING])


def earlier_identities(made_from: str) -> list[str]:
    """The identities of the same preparation by versions that read clips in another way.

    Args:
        made_from: what `identity` gave.
    """
    *content, reading = json.loads(made_from)
    # The first one had no number.
    return [_line(content), *(_line([*content, earlier]) for earlier in range(2, reading))]


def _line(content: Sequence[Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
