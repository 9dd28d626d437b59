"""Video files: anything ffmpeg reads, streamed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from artengine.api import (
    Decoder,
    Footage,
    Param,
    Picture,
    Probe,
    Size,
    Source,
    SourceError,
    probe,
)
from artengine_plugins.sources.ending import AtEnd, numbers
from artengine_plugins.sources.fit import Fit, kept, shown

Side = Annotated[int, Field(ge=1, le=16384)]

# Containers with an index of their key pictures, in which a seek lands where it says.
_INDEXED = {"mov", "matroska", "avi"}
# A key picture may be stored before pictures that are shown ahead of it and lean on what came
# earlier; so many seconds reach past them.
_MARGIN = 0.5
_HASHED_WHOLE = 64 << 20
_SAMPLE = 4 << 20
_BLOCK_BYTES = 64 << 20
_HELD_BYTES = 256 << 20


class Video(Source):
    """A video file of any kind that ffmpeg reads.

    It is streamed, so that hours of video take no more memory than seconds. Rotation flags and
    non-square pixels are honoured, and frames that come at odd times are shown at even ones.
    """

    name: ClassVar[str] = "video"

    path: str = Param(path=True)
    """The file."""

    start: float = Param(0.0, ge=0, unit="seconds")
    """Where to begin, to the nearest picture."""

    end: float | None = Param(None, gt=0, unit="seconds")
    """Where to end; at the file's end when left out."""

    speed: float = Param(1.0, ge=0.01, le=100)
    """2 plays twice as fast by leaving pictures out, 0.5 half as fast by showing them twice."""

    fps: float | None = Param(None, gt=0, le=1000, unit="frames a second")
    """Frame rate to deliver; the file's own when left out."""

    size: tuple[Side, Side] | None = None
    """Width and height to deliver, in pixels; the file's own when left out."""

    fit: Fit = "crop"
    """How pictures of another shape fill that size: `stretch` bends them, `crop` cuts what hangs
    over, `pad` puts black bars beside them."""

    at_end: AtEnd = "loop"
    """What follows the last picture: the first one again, the way back, or nothing."""

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
        held = probe(Path(self.path))
        if held.seconds:
            # A clip's last picture lasts, so that a piece may end a little after it.
            latest = held.seconds + 1 / held.fps
            self._refuse("start", self.start, held.seconds, late=self.start >= held.seconds)
            self._refuse("end", self.end or 0.0, held.seconds, late=(self.end or 0.0) > latest)
        return VideoFootage(self, held, size or self.size or held.size, fps or self.fps or held.fps)

    def _refuse(self, name: str, time: float, seconds: float, *, late: bool) -> None:
        if late:
            raise SourceError(
                f"{self.path} is {seconds:g} s long and {name} is {time:g} s; "
                f"choose an earlier {name}"
            )

    def once(self) -> Source:
        """The same piece of the file, ending at its end."""
        return self.model_copy(update={"at_end": "stop"})

    def fingerprint(self) -> dict[str, str]:
        """Length and SHA-256 of the file's bytes.

        Of a file above 64 MiB only 16 blocks of 4 MiB are hashed, spread evenly from its first
        byte to its last: another recording differs in all of them, and hours of video are told
        apart in a second.
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


class VideoFootage(Footage):
    """A piece of a video file at a size and frame rate.

    Pictures lie on a grid that is fixed in the file's time: number k of the grid is what the file
    shows at k / rate seconds. That is what makes starting anywhere exact.
    """

    def __init__(self, video: Video, held: Probe, size: Size, fps: float) -> None:
        self.size, self.fps = size, fps
        self._path, self._held = Path(video.path), held
        self._at_end = video.at_end
        self.finite = video.at_end == "stop"
        self.endless = not self.finite
        rate = Fraction(fps / video.speed).limit_denominator(1001)
        self._rate = max(rate, Fraction(1, 1001))
        self._start = round(video.start * self._rate)
        self._end = (
            None if video.end is None else max(self._start + 1, round(video.end * self._rate))
        )
        self._filters = _fitting(held, size, video.fit)
        self._indexed = bool(_INDEXED & set(held.container.split(",")))

    @cached_property
    def length(self) -> int | None:  # type: ignore[override]
        """Pictures from start to end, one way; None for a file without an index, until read."""
        if self._held.seconds is None or not self._indexed:
            return None
        for tail in (1.0, 30.0):
            first = max(self._start, math.floor((self._held.seconds - tail) * self._rate))
            seen = self._count(first)
            if seen:
                whole = first + seen
                return min(whole, self._end or whole) - self._start
        return None

    def _count(self, slot: int) -> int:
        with Decoder(
            self._path,
            (16, 16),
            filters=[self._grid(slot), "scale=16:16:flags=neighbor"],
            seek=float(slot / self._rate) - _MARGIN,
        ) as tail:
            try:
                return sum(1 for _ in tail)
            except SourceError:
                return 0

    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures from number `start` on; see `Footage.frames`."""
        length = self.length
        if length is None:
            length = self.length = yield from self._read_through(start)
            start = max(start, length)
        if self._at_end == "stop":
            if start < length:
                yield from self._forward(start, length)
            return
        there_and_back = self._at_end == "ping-pong" and length > 1
        period = 2 * length - 2 if there_and_back else length
        phase = start % period
        holds = 3 * self.size[0] * self.size[1] * length <= _HELD_BYTES
        held: list[Picture] = []
        while len(held) < length:
            held.clear()
            if phase < length:
                for picture in self._forward(phase, length):
                    if holds and phase == 0:
                        picture.flags.writeable = False
                        held.append(picture)
                    yield picture
            if there_and_back:
                yield from self._backward(period - max(phase, length))
            phase = 0
        # A short clip has now been held whole, and is not decoded again.
        yield from (held[number] for number in numbers(length, self._at_end, 0))

    def _read_through(self, start: int) -> Generator[Picture, None, int]:
        """Yield one pass from number `start` on, and return how long the whole pass was."""
        seen = 0
        with self._decoder(0, None) as pictures:
            for picture in pictures:
                if seen >= start:
                    yield picture
                seen += 1
        if seen == 0:
            raise self._nothing(0)
        return seen

    def _forward(self, first: int, stop: int) -> Iterator[Picture]:
        with self._decoder(first, stop) as pictures:
            yield from pictures
        if pictures.delivered == 0:
            raise self._nothing(first)

    def _backward(self, last: int) -> Iterator[Picture]:
        """Yield pictures from number `last` down to 1, decoding a block of them at a time."""
        block = max(8, min(128, _BLOCK_BYTES // (3 * self.size[0] * self.size[1])))
        while last >= 1:
            first = max(1, last - block + 1)
            yield from reversed(list(self._forward(first, last + 1)))
            last = first - 1

    def _nothing(self, number: int) -> SourceError:
        seconds = float((self._start + number) / self._rate)
        return SourceError(
            f"{self._path} shows no picture at {seconds:g} s; "
            "choose an earlier start, a later end or a higher fps"
        )

    def _decoder(self, first: int, stop: int | None) -> Decoder:
        """Decode pictures `first` to `stop`, exclusive, of the piece."""
        slot = self._start + first
        ends = [end for end in (self._end, stop and self._start + stop) if end is not None]
        return Decoder(
            self._path,
            self.size,
            filters=[self._grid(slot), *self._filters],
            seek=float(slot / self._rate) - _MARGIN if self._indexed else None,
            count=min(ends) - slot if ends else None,
        )

    def _grid(self, slot: int) -> str:
        # The fps filter counts from start_time, rounded to a tick of the file's clock; a clock in
        # which every place of the grid is a whole tick keeps the grid the same wherever it starts.
        ticks = self._rate.numerator * max(1, 200_000 // self._rate.numerator)
        start = float(slot / self._rate)
        return f"settb=1/{ticks},fps=fps={self._rate}:start_time={start:.6f}"


def _fitting(held: Probe, size: Size, fit: Fit) -> list[str]:
    """Filters that cut or pad a turned, maybe non-square picture to the shape of `size`."""
    if fit == "stretch":
        return []
    if fit == "crop":
        # Cut in stored pixels before scaling: a sliver scaled to cover would be enormous.
        width, height = kept(held.size, size)
        across, down = width / held.size[0], height / held.size[1]
        return [f"crop=w=max(1\\,round(iw*{across:.9f})):h=max(1\\,round(ih*{down:.9f})):exact=1"]
    width, height = shown(held.size, size)
    # Bars are laid in RGB, where they need not begin on every other pixel.
    return [
        f"scale={width}:{height}:flags=bicubic+accurate_rnd",
        "format=rgb24",
        f"pad={size[0]}:{size[1]}:(ow-iw)/2:(oh-ih)/2",
    ]
