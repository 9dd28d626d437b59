"""The timing of the pictures of a video file: frame rate, length and clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.process import lines

Clock = Literal["file", "even", "running"]
"""The source of time stamps.

`file`: those of the file. `even`: the file's time stamps jitter around an even rate, as in
recordings of browsers; picture n is shown at n / rate. `running`: the file's clock may restart or
jump; a picture whose stamp does not follow the previous one is shown one picture after it.
"""

_COMMON = (
    *map(Fraction, (24, 25, 30, 48, 50, 60, 10, 12, 15, 20, 90, 100, 120)),
    *(Fraction(1000 * whole, 1001) for whole in (24, 30, 60)),
)
# Formats with one clock for the whole file.
_ONE_CLOCK = {"mov", "matroska", "avi", "gif", "apng", "webp_anim", "ogg", "ivf", "yuv4mpegpipe"}
_GIF_DELAY = Fraction(1, 10)
_READ_WHOLE = 1 << 30


@dataclass(frozen=True, slots=True)
class Timing:
    """The timing of the pictures of a video file.

    Args:
        fps: pictures a second, on average if they are irregular.
        seconds: length of the file; None if that is only known once it has been decoded.
        frames: the number of stored pictures, if they were counted.
        clock: the source of time stamps.
        stamps: for the clock `even`, the file's time stamp of every picture, in seconds.
    """

    fps: Fraction
    seconds: float | None
    frames: int | None = None
    clock: Clock = "file"
    stamps: tuple[float, ...] = ()

    def file_time(self, seconds: float) -> float:
        """Return the file's time stamp of the picture shown after `seconds` by the clock."""
        if self.clock != "even":
            return seconds
        return self.stamps[max(0, min(int(seconds * self.fps), len(self.stamps) - 1))]


def timing_of(
    path: Path,
    container: str,
    *,
    guess: Fraction | None,
    mean: float | None,
    seconds: float | None,
    duration: Fraction | None,
) -> Timing:
    """Determine the timing from the header, and from the file's time stamps if that is not enough.

    Args:
        path: the file.
        container: ffmpeg's name of its format.
        guess: ffmpeg's guess at the frame rate, often exact, but sometimes only the grid of
            irregular time stamps.
        mean: pictures a second of the whole file by its header, to two decimals.
        seconds: length by its header.
        duration: duration of the first picture.

    Raises:
        SourceError: when ffmpeg cannot be started.
    """
    guess = _plausible(guess)
    one_clock = bool(_ONE_CLOCK & set(container.split(",")))
    small = path.stat().st_size <= _READ_WHOLE
    sure = (
        one_clock
        and seconds is not None
        and mean is not None
        and 5 <= mean <= 240
        and guess is not None
        and abs(float(guess) - mean) <= 0.01 * mean
    )
    if small and (not sure or container == "gif"):
        stamps = read_stamps(path, file_clock=one_clock)
        if len(stamps):
            return _timing_from_stamps(stamps, container, one_clock, guess, duration, seconds)
    fps = _exact_rate(mean or 0.0, guess, duration)
    return Timing(fps, seconds, clock="file" if one_clock else "running")


def _timing_from_stamps(
    stamps: npt.NDArray[np.float64],
    container: str,
    one_clock: bool,
    guess: Fraction | None,
    duration: Fraction | None,
    seconds: float | None,
) -> Timing:
    """Return the timing of a file from all of its time stamps, in the order of storage."""
    count = len(stamps)
    steps = np.diff(np.sort(stamps))
    steps = steps[steps > 0]
    usual = float(np.median(steps)) if len(steps) else 0.0
    back = float(np.max(np.maximum.accumulate(stamps) - stamps))
    if len(steps) == 0 or not one_clock or back > 1 + 32 * usual:
        fps = _exact_rate(1 / usual if usual else 0.0, guess, duration)
        clock: Clock = "file" if one_clock and len(steps) == 0 else "running"
        return Timing(fps, float(count / fps), count, clock)
    stamps = np.sort(stamps)
    if container == "gif" and float(np.max(steps)) < 0.015:
        # Browsers show a picture whose delay is 0 or 1 hundredths for a tenth of a second.
        tenth = Fraction(1, 10)
        return Timing(1 / tenth, float(count * tenth), count, "even", tuple(stamps))
    span = float(stamps[-1] - stamps[0])
    measured = (count - 1) / span
    fps = _exact_rate(measured, guess, duration)
    even = _even_rate(stamps, measured)
    if even is not None and container != "gif" and _is_uneven(stamps, fps):
        return Timing(even, float(count / even), count, "even", tuple(stamps))
    length = span + float(duration or 1 / fps)
    return Timing(fps, max(seconds or 0.0, length), count)


def count_pictures(path: Path) -> int:
    """Return the number of pictures in a file, without decoding them. Raises `SourceError`."""
    return len(read_stamps(path))


def read_stamps(path: Path, *, file_clock: bool = True) -> npt.NDArray[np.float64]:
    """Return the time stamp of each picture of a file, in seconds, in the order of storage.

    Nothing is decoded; the file is read once, to its end.

    Raises:
        SourceError: when ffmpeg cannot be started, or the file is none that it is allowed to open.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "error"]
    command += [*input_arguments(path, file_clock=file_clock), "-map", "0:V:0"]
    command += ["-c", "copy", "-copyinkf", "-f", "framecrc", "pipe:1"]
    return np.fromiter(_stamps(lines(command)), np.float64)


def _stamps(written: Iterator[bytes]) -> Iterator[float]:
    base = Fraction(1)
    for line in written:
        tick = re.match(rb"#tb 0: (\d+)/(\d+)", line)
        if tick:
            base = Fraction(int(tick[1]), int(tick[2]))
            continue
        fields = line.split(b",")
        # An empty packet repeats the picture before it.
        if not line.startswith(b"#") and len(fields) > 4 and int(fields[4]) > 0:
            stamp = fields[1] if b"NOPTS" in fields[2] else fields[2]
            yield float(int(stamp) * base)


def _plausible(guess: Fraction | None) -> Fraction | None:
    """Return the guess, unless it is a clock's resolution instead of a rate."""
    if guess is None or guess > 240:
        return None
    whole = round(guess)
    # AVI stores whole microseconds: 14.999925 means 15.
    return Fraction(whole) if whole and abs(guess - whole) < Fraction(1, 1000) else guess


def _exact_rate(measured: float, guess: Fraction | None, duration: Fraction | None) -> Fraction:
    """Return the exact rate for a measured one, which is 0 if nothing was measured."""
    if measured <= 0:
        first = 1 / duration if duration else None
        return guess or _plausible(first) or Fraction(25)
    for rate in (guess, *_COMMON):
        if rate is not None and abs(float(rate) - measured) <= 4e-4 * measured:
            return rate
    if guess is not None and abs(float(guess) - measured) <= 0.01 * measured:
        return guess
    return Fraction(measured).limit_denominator(1_001_000)


def _is_uneven(stamps: npt.NDArray[np.float64], fps: Fraction) -> bool:
    """Return whether pictures would share a frame, or skip one, if shown at their time stamps."""
    places = np.floor((stamps - stamps[0]) * float(fps) + 0.5)
    return bool((np.diff(places) != 1).any())


def _even_rate(stamps: npt.NDArray[np.float64], measured: float) -> Fraction | None:
    """Return the even rate that fits the stamps within a picture and a half; None for none."""
    # Uneven time stamps come from computers, which do not use 1000/1001.
    whole = [rate for rate in _COMMON if rate.denominator == 1]
    near = min(whole, key=lambda rate: abs(float(rate) - measured))
    for rate in (near, Fraction(measured).limit_denominator(1_001_000)):
        off = stamps - np.arange(len(stamps)) / float(rate)
        if float(np.max(off) - np.min(off)) <= 3 / float(rate):
            return rate
    return None
