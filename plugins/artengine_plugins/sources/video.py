"""Video files in any format that ffmpeg reads, as a stream."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from artengine.api import Deinterlace, Param, Probe, Size, Source, SourceError, probe
from artengine_plugins.sources.background import Background
from artengine_plugins.sources.ending import AtEnd
from artengine_plugins.sources.fit import Fit
from artengine_plugins.sources.video_footage import VideoFootage

Side = Annotated[int, Field(ge=1, le=16384)]

_HASHED_WHOLE = 64 << 20
_SAMPLE = 4 << 20


class Video(Source):
    """A video file of any kind that ffmpeg reads.

    It is streamed, so that hours of video take no more memory than seconds. Rotation flags and
    non-square pixels are honoured, irregular frame times are resampled to regular ones, and HDR is
    tone-mapped to SDR.
    """

    name: ClassVar[str] = "video"

    path: str = Param(path=True)
    """Path of the file."""

    start: float = Param(0.0, ge=0, unit="seconds")
    """Where to begin, to the nearest picture."""

    end: float | None = Param(None, gt=0, unit="seconds")
    """Where to end; at the file's end when left out."""

    speed: float = Param(1.0, ge=0.01, le=100)
    """2 plays twice as fast by skipping pictures, 0.5 half as fast by repeating them."""

    fps: float | None = Param(None, gt=0, le=1000, unit="frames a second")
    """Frame rate to deliver; the file's own when left out."""

    size: tuple[Side, Side] | None = None
    """Width and height to deliver, in pixels; the file's own when left out."""

    fit: Fit = "crop"
    """How pictures of another shape fill that size: `stretch` distorts them, `crop` cuts off what
    does not fit, `pad` adds bars."""

    at_end: AtEnd = "loop"
    """What follows the last picture: the first one again, the way back, or nothing."""

    deinterlace: Deinterlace = "auto"
    """Whether to combine two interlaced fields into one picture: if the stream is marked as
    interlaced (`auto`), always (`on`) or never (`off`)."""

    background: Background = "#000000"
    """Colour behind transparent pictures and of the bars of `pad`, as `"#rrggbb"`."""

    hdr: Literal["auto", "hlg", "pq", "off"] = "auto"
    """Which HDR to tone-map from: the one that the stream names (`auto`), `hlg` or `pq` regardless
    of the stream, or none (`off`)."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end is {self.end:g} s and start {self.start:g} s; end must be later")
        return self

    def open(self, size: Size | None = None, fps: float | None = None) -> VideoFootage:
        """Open the file; see `Source.open`."""
        if not Path(self.path).exists():
            raise SourceError(
                f"there is no file {self.path}; name your clip with --set source.path=FILE"
            )
        info = self._with_hdr(probe(Path(self.path)))
        if info.seconds:
            # The last picture has a duration, so a piece may end a little after its start.
            latest = info.seconds + 1 / info.fps
            self._refuse("start", self.start, info.seconds, late=self.start >= info.seconds)
            self._refuse("end", self.end or 0.0, info.seconds, late=(self.end or 0.0) > latest)
        return VideoFootage(self, info, size or self.size or info.size, fps or self.fps or info.fps)

    def _with_hdr(self, info: Probe) -> Probe:
        """Return the file's properties, with the HDR that the parameter sets."""
        if self.hdr == "auto":
            return info
        primaries = info.colour.primaries or ("" if self.hdr == "off" else "bt2020")
        colour = replace(info.colour, hdr=self.hdr, primaries=primaries, assumed="")
        return replace(info, colour=colour)

    def _refuse(self, name: str, time: float, seconds: float, *, late: bool) -> None:
        if late:
            raise SourceError(
                f"{self.path} is {seconds:g} s long and {name} is {time:g} s; "
                f"choose an earlier {name}"
            )

    def once(self) -> Source:
        """Return the same piece of the file, ending at its end."""
        return self.model_copy(update={"at_end": "stop"})

    def fingerprint(self) -> dict[str, str]:
        """Return length and SHA-256 of the file's bytes.

        For a file above 64 MiB only 16 blocks of 4 MiB are hashed, spread evenly from its first
        byte to its last: another recording differs in all of them, and hours of video are
        identified in a second.
        """
        try:
            return _fingerprint(Path(self.path))
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}") from error


def _fingerprint(path: Path) -> dict[str, str]:
    length = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if length <= _HASHED_WHOLE:
            while block := file.read(1 << 20):
                digest.update(block)
        else:
            for number in range(16):
                file.seek((length - _SAMPLE) * number // 15)
                digest.update(file.read(_SAMPLE))
    return {"bytes": str(length), "sha256": digest.hexdigest()}
