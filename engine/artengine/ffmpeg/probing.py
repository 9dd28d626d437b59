"""What a video file holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from artengine.errors import SourceError
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.messages import unreadable
from artengine.ffmpeg.process import run
from artengine.frame import Size


@dataclass(frozen=True, slots=True)
class Probe:
    """What a video file holds.

    Args:
        size: width and height to show it at: turned as its rotation flag says, with pixels made
            square by widening or heightening, never by shrinking.
        coded_size: width and height as stored.
        fps: pictures a second, on average where they come at odd times.
        seconds: length of the file, or None when it does not say.
        rotation: degrees it is turned anticlockwise by its flag, which decoding undoes: 0, 90,
            180, -90.
        sample_aspect: width over height of a pixel, after turning.
        container: ffmpeg's name of the file's format, as `mov,mp4,m4a,3gp,3g2,mj2`.
    """

    size: Size
    coded_size: Size
    fps: float
    seconds: float | None
    rotation: int
    sample_aspect: Fraction
    container: str


def probe(path: Path) -> Probe:
    """Open a video file, decode its first picture, and say what it holds.

    Raises:
        SourceError: when it is missing, empty, no video, or broken; in ffmpeg's own words where it
            has any.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "level+info"]
    command += [*input_arguments(path), "-map", "0:V:0", "-frames:v", "1", "-pix_fmt", "yuv420p"]
    # A YUV4MPEG2 header gives what the log does not: the exact frame rate, and the size and pixel
    # shape after turning.
    command += ["-f", "yuv4mpegpipe", "pipe:1"]
    _, told, log = run(command)
    header = re.match(rb"YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+) \S+ A(\d+):(\d+)", told)
    stream = re.search(r"Stream #0:.*?: Video: (?!.*\(attached pic\))(.*)", log)
    if header is None or stream is None:
        if "Audio:" in log and stream is None:
            raise SourceError(f"{path} holds sound but no video; give a file with pictures in it")
        raise unreadable(path, log)
    width, height, rate_num, rate_den, aspect_num, aspect_den = map(int, header.groups())
    aspect = Fraction(aspect_num, aspect_den) if aspect_num and aspect_den else Fraction(1)
    coded = re.search(r", (\d+)x(\d+)", stream[1])
    turned = re.search(r"rotation of (-?\d+(?:\.\d+)?) degrees", log)
    return Probe(
        size=_square(width, height, aspect),
        coded_size=(int(coded[1]), int(coded[2])) if coded else (width, height),
        fps=_fps(rate_num / rate_den, stream[1]),
        seconds=_seconds(log),
        rotation=round(float(turned[1])) if turned else 0,
        sample_aspect=aspect,
        container=_search(r"Input #0, (\S+), from", log),
    )


def _square(width: int, height: int, aspect: Fraction) -> Size:
    if aspect >= 1:
        return max(1, round(width * aspect)), height
    return width, max(1, round(height / aspect))


def _fps(guess: float, stream: str) -> float:
    """Prefer ffmpeg's exact guess, but not where it is the grid that odd time stamps lie on."""
    if abs(guess - round(guess)) < 1e-3:
        guess = float(round(guess))  # AVI counts in whole microseconds: 14.999925 is meant as 15
    average = re.search(r"(\d+(?:\.\d+)?)(k?) fps", stream)
    if average is None:
        return guess
    mean = float(average[1]) * (1000 if average[2] else 1)
    return guess if mean <= 0 or abs(guess - mean) <= 0.01 * mean else mean


def _seconds(log: str) -> float | None:
    match = re.search(r"Duration: (\d+):(\d+):(\d+\.\d+)", log)
    if match is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])


def _search(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
