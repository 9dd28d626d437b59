"""Probing of video files."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from artengine.errors import SourceError
from artengine.ffmpeg.colour import Colour, colour_of
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.messages import unreadable
from artengine.ffmpeg.process import run
from artengine.ffmpeg.showinfo import FILTER, ShownPictures
from artengine.ffmpeg.timing import Timing, timing_of
from artengine.frame import Size

# Number of decoded pictures: the first one may lack the flag for interlacing.
_PICTURES = 3
# A maliciously slow file must not block a render for ever.
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Probe:
    """The properties of a video file.

    Args:
        size: width and height to show it at: rotated by its flag, with pixels made square by
            enlarging one side, never by shrinking.
        coded_size: width and height as stored.
        fps: pictures a second, on average if they are irregular.
        seconds: length of the file, or None if that is only known once it is decoded.
        rotation: anticlockwise rotation by its flag in degrees, which decoding undoes: 0, 90, 180,
            -90.
        sample_aspect: width over height of a pixel, after rotation.
        container: ffmpeg's name of the file's format, such as `mov,mp4,m4a,3gp,3g2,mj2`.
        timing: the times of its pictures.
        colour: the colour encoding of its pictures.
        interlaced: whether pictures hold two fields, taken one after the other.
        decoder: the decoder to select, such as `libvpx-vp9` for transparency; empty for ffmpeg's
            own choice.
    """

    size: Size
    coded_size: Size
    fps: float
    seconds: float | None
    rotation: int
    sample_aspect: Fraction
    container: str
    timing: Timing
    colour: Colour = field(default_factory=Colour)
    interlaced: bool = False
    decoder: str = ""

    @property
    def turned_size(self) -> Size:
        """Width and height of the stored pictures, after rotation."""
        width, height = self.coded_size
        return (height, width) if self.rotation % 180 else (width, height)


def probe(path: Path) -> Probe:
    """Open a video file, decode its first pictures, and return its properties.

    If the header lacks the frame rate or the length, the whole file is read for its time stamps,
    without decoding it.

    Raises:
        SourceError: when it is missing, empty, no video, or broken; with ffmpeg's error if there is
            one.
    """
    found, log = _decode_first(path)
    stream = re.search(r"^\[info\] +Stream #0:.*?: Video: (?!.*\(attached pic\))(.*)", log, re.M)
    if "n" not in found.latest or stream is None:
        if "Audio:" in log and stream is None:
            raise SourceError(f"{path} holds sound but no video; give a file with pictures in it")
        raise unreadable(path, log)
    decoder = _alpha_decoder(stream[1], log)
    if decoder:
        found, _ = _decode_first(path, decoder)
    turned = re.search(r"rotation of (-?\d+(?:\.\d+)?) degrees", log)
    rotation = round(float(turned[1])) if turned else 0
    width, height = map(int, found.latest["s"].split("x"))
    aspect = _aspect(found.latest.get("sar", ""))
    container = _search(r"Input #0, (\S+), from", log)
    timing = timing_of(
        path,
        container,
        guess=found.rate,
        mean=_mean_rate(stream[1]),
        seconds=_seconds(log),
        duration=found.duration,
    )
    return Probe(
        size=_square_pixels(width, height, aspect),
        coded_size=(height, width) if rotation % 180 else (width, height),
        fps=float(timing.fps),
        seconds=timing.seconds,
        rotation=rotation,
        sample_aspect=aspect,
        container=container,
        timing=timing,
        colour=colour_of(found.latest),
        interlaced=found.interlaced,
        decoder=decoder,
    )


def _decode_first(path: Path, decoder: str = "") -> tuple[ShownPictures, str]:
    """Decode the first pictures; return their `showinfo` fields, and the whole log."""
    command = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
    command += input_arguments(path, options=("-c:v:0", decoder) if decoder else ())
    command += ["-map", "0:V:0", "-frames:v", str(_PICTURES), "-vf", FILTER]
    command += ["-fps_mode", "passthrough", "-f", "null", "-"]
    try:
        _, _, log = run(command, seconds=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"{path} cannot be read as video; ffmpeg showed no picture of it in {_SECONDS:g} s"
        ) from error
    shown = ShownPictures()
    for line in log.splitlines():
        shown.read(line)
    return shown, log


def _alpha_decoder(stream: str, log: str) -> str:
    """Return the decoder of transparent VP8 and VP9, because ffmpeg's own ignore transparency."""
    if re.search(r"^\[info\] +alpha_mode +: 1$", log, re.M | re.I) is None:
        return ""
    return {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.split(" ")[0].rstrip(","), "")


def _square_pixels(width: int, height: int, aspect: Fraction) -> Size:
    if aspect >= 1:
        return max(1, round(width * aspect)), height
    return width, max(1, round(height / aspect))


def _aspect(text: str) -> Fraction:
    across, _, down = text.partition("/")
    known = across.isdigit() and down.isdigit() and int(across) and int(down)
    return Fraction(int(across), int(down)) if known else Fraction(1)


def _mean_rate(stream: str) -> float | None:
    found = re.search(r", (\d+(?:\.\d+)?)(k?) fps", stream)
    return float(found[1]) * (1000 if found[2] else 1) if found else None


def _seconds(log: str) -> float | None:
    match = re.search(r"Duration: (\d+):(\d+):(\d+\.\d+)", log)
    if match is None:
        return None
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])


def _search(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
