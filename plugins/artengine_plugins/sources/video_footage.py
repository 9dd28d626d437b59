"""A piece of a video file at a size and frame rate."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from artengine.api import Decoder, Footage, Picture, Probe, Size, SourceError
from artengine_plugins.sources.background import parse_background
from artengine_plugins.sources.ending import numbers
from artengine_plugins.sources.fit import Fit, kept, shown
from artengine_plugins.sources.grid import on_grid, slot_of

if TYPE_CHECKING:
    from artengine_plugins.sources.video import Video

# Containers with an index of their key frames, in which seeking is accurate.
_INDEXED = {"mov", "matroska", "avi"}
# A key frame may be stored before frames that are shown ahead of it and depend on earlier ones;
# seeking this many seconds earlier reaches them.
_MARGIN = 0.5
# A file has frames up to this many seconds before its end, if its stated length is correct.
_TAIL = 1.0
_BLOCK_BYTES = 64 << 20
_HELD_BYTES = 256 << 20


class VideoFootage(Footage):
    """A piece of a video file at a size and frame rate.

    Pictures lie on a grid that is fixed in the file's time: number k of the grid is what the file
    shows at k / rate seconds. This makes starting at any number exact.
    """

    def __init__(self, video: Video, info: Probe, size: Size, fps: float) -> None:
        self.size, self.fps, self.speed = size, fps, video.speed
        self._path, self._info = Path(video.path), info
        self._at_end = video.at_end
        self.finite = video.at_end == "stop"
        self.endless = not self.finite
        rate = Fraction(fps / video.speed).limit_denominator(1_001_000)
        self._rate = max(rate, Fraction(1, 1_001_000))
        self._start = round(video.start * self._rate)
        self._end = (
            None if video.end is None else max(self._start + 1, round(video.end * self._rate))
        )
        self._crop, self._inside = _fitting(info, size, video.fit)
        self._background = parse_background(video.background)
        self._deinterlace = video.deinterlace
        self._indexed = info.timing.clock != "running" and bool(
            _INDEXED & set(info.container.split(","))
        )

    @cached_property
    def length(self) -> int | None:  # type: ignore[override]
        """Number of pictures from start to end, one way; None without an index, until read."""
        timing = self._info.timing
        if timing.clock == "even" and timing.frames is not None:
            return self._clipped(slot_of(timing.frames / timing.fps, self._rate))
        if self._info.seconds is None or not self._indexed:
            return None
        for tail in (_TAIL, 30.0):
            first = max(self._start, math.floor((self._info.seconds - tail) * self._rate))
            whole = self._last_slot(first)
            if whole is not None:
                return self._clipped(whole)
        return None

    def _least_length(self) -> int:
        """Return a lower bound of `length`, which decodes the end of the file; 0 if `length` is
        already known or takes no decoding."""
        seconds = self._info.seconds
        decodes = self._info.timing.clock != "even" or self._info.timing.frames is None
        if "length" in vars(self) or seconds is None or not (decodes and self._indexed):
            return 0
        return self._clipped(math.floor((seconds - _TAIL) * self._rate)) or 0

    def _clipped(self, whole: int) -> int | None:
        """Count the pictures from start to end in a file of `whole` slots; None for none."""
        stop = min(whole, self._end or whole)
        return stop - self._start if stop > self._start else None

    def _last_slot(self, slot: int) -> int | None:
        """Return the slot after the file's last picture, searching from `slot` on."""
        last = None
        seek = float(slot / self._rate) - _MARGIN
        with Decoder(self._path, (16, 16), info=self._info, seek=seek) as tail:
            try:
                for _ in tail:
                    last = slot_of(tail.stamp + tail.duration, self._rate)
            except SourceError:
                return None
        return last if last is not None and last > slot else None

    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield pictures from number `start` on; see `Footage.frames`."""
        held: list[Picture] = []
        if start < self._least_length():
            start = yield from self._first_pass(start, held)
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
        holds = self._holds(length)
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
        # Now the whole of a short clip is held, and is not decoded again.
        yield from (held[number] for number in numbers(length, self._at_end, phase))

    def _holds(self, length: int) -> bool:
        """Return whether to hold this many pictures instead of decoding them again."""
        return 3 * self.size[0] * self.size[1] * length <= _HELD_BYTES

    def _first_pass(self, first: int, held: list[Picture]) -> Generator[Picture, None, int]:
        """Yield pictures from number `first` to the last one, and return their number.

        The length is determined only near the end, because often only the beginning of a long clip
        is used.

        Args:
            held: filled with all pictures, if they start at number 0 and may be held.
        """
        least, number = self._least_length(), first
        holds = first == 0 and self._holds(least)
        pictures = self._forward(first, None)
        begun: list[Picture] = []
        if first:
            # A truncated file may have ended before; a seek past its end shows its last picture.
            with suppress(SourceError):
                begun = list(islice(pictures, 2))
            if len(begun) < 2:
                return first
        for picture in chain(begun, pictures):
            if number >= least and self.length is not None and number >= self.length:
                return number
            if holds:
                picture.flags.writeable = False
                held.append(picture)
            yield picture
            number += 1
        self.length = number
        return number

    def time_of(self, number: int) -> float:
        """Return the file's time at picture `number`; see `Footage.time_of`."""
        length = None if number < self._least_length() else self.length
        if length is not None and (self._at_end != "stop" or number < length):
            number = next(numbers(length, self._at_end, number))
        return self._info.timing.file_time(float((self._start + number) / self._rate))

    def _read_through(self, start: int) -> Generator[Picture, None, int]:
        """Yield one pass from number `start` on, and return the length of the whole pass."""
        seen = 0
        for picture in self._pictures(0, None):
            if seen >= start:
                yield picture
            seen += 1
        if seen == 0:
            raise self._no_picture(0)
        return seen

    def _forward(self, first: int, stop: int | None) -> Iterator[Picture]:
        seen = 0
        for picture in self._pictures(first, stop):
            yield picture
            seen += 1
        if seen == 0:
            raise self._no_picture(first)

    def _backward(self, last: int) -> Iterator[Picture]:
        """Yield pictures from number `last` down to 1, decoding a block of them at a time."""
        block = max(8, min(128, _BLOCK_BYTES // (3 * self.size[0] * self.size[1])))
        while last >= 1:
            first = max(1, last - block + 1)
            yield from reversed(list(self._forward(first, last + 1)))
            last = first - 1

    def _no_picture(self, number: int) -> SourceError:
        seconds = float((self._start + number) / self._rate)
        return SourceError(
            f"{self._path} shows no picture at {seconds:g} s; "
            "choose an earlier start, a later end or a higher fps"
        )

    def _pictures(self, first: int, stop: int | None) -> Iterator[Picture]:
        """Yield pictures `first` to `stop`, exclusive, of the piece."""
        slot = self._start + first
        ends = [end for end in (self._end, stop and self._start + stop) if end is not None]
        end = min(ends) if ends else None
        for skipping in (True, False):
            with self._decoder(slot, skipping=skipping) as pictures:
                picture = next(pictures, None)
                if picture is None and not skipping:
                    return
                late = picture is None or slot_of(pictures.stamp, self._rate) > slot
                if late and skipping and self._indexed and slot > 0:
                    continue  # The picture of the slot came long before it, and was skipped.
                if picture is not None:
                    yield from on_grid(pictures, picture, self._rate, slot, end)
                return

    def _decoder(self, slot: int, *, skipping: bool) -> Decoder:
        seek = skip = None
        if self._indexed and slot > 0:
            # Deinterlacing also uses the picture before.
            margin = max(_MARGIN, 2 / self._info.fps)
            seek = self._info.timing.file_time(float(slot / self._rate)) - margin
            skip = seek if skipping else None
        return Decoder(
            self._path,
            self.size,
            info=self._info,
            filters=self._crop,
            inside=self._inside,
            background=self._background,
            deinterlace=self._deinterlace,
            seek=seek,
            skip=skip,
        )


def _fitting(info: Probe, size: Size, fit: Fit) -> tuple[list[str], Size | None]:
    """Return filters that crop a rotated, possibly non-square picture to the shape of `size`, and
    the size to scale it to, if bars fill the rest."""
    if fit == "stretch":
        return [], None
    if fit == "pad":
        return [], shown(info.size, size)
    # Crop in stored pixels before scaling: a sliver scaled to cover would be enormous.
    width, height = kept(info.size, size)
    across, down = width / info.size[0], height / info.size[1]
    cut = f"crop=w=max(1\\,round(iw*{across:.9f})):h=max(1\\,round(ih*{down:.9f})):exact=1"
    return [cut], None
