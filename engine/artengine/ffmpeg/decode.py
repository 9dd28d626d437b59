"""Decoding of a video file to pictures, one at a time."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from io import BufferedReader
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal, Self, cast

import numpy as np

from artengine.counts import counted
from artengine.errors import SourceError
from artengine.ffmpeg.clock import clock_of
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.probing import Probe, probe
from artengine.ffmpeg.process import LogTail, end, start
from artengine.ffmpeg.showinfo import FILTER, ShownPictures
from artengine.frame import Picture, Size

logger = logging.getLogger(__name__)

Deinterlace = Literal["auto", "on", "off"]
"""`auto`: the pictures that the stream flags as interlaced; `on`: all; `off`: none."""

_SCALE_FLAGS = "bicubic+accurate_rnd"


class Decoder:
    """Decodes a video file to sRGB pictures, one at a time, in bounded memory.

    An iterator of uint8 `(H, W, 3)`, and a context manager that ends ffmpeg. Pictures are rotated
    upright; if their size changes, they are scaled to the first one's; HDR is tone-mapped to SDR. A
    truncated file ends where nothing more can be decoded, with a warning; a file of which nothing
    can be decoded raises `SourceError`.

    Args:
        path: a regular file.
        size: width and height to deliver.
        info: the result of `probe`; by default the file is probed.
        filters: ffmpeg filters, applied in this order before scaling.
        inside: width and height to scale to, if not `size`: the rest of `size` is padded with
            `background`, evenly on both sides.
        background: the colour behind transparent pictures and of the padding: sRGB, 0..255.
        deinterlace: which pictures are deinterlaced.
        seek: start at the last key frame at or before this many seconds of the file's time.
        skip: drop pictures before this many seconds of the file's time.
        count: the most pictures to deliver.

    Attributes:
        stamp: the time of the latest picture, in seconds from the file's start, by its clock.
        duration: its duration in seconds, if no other picture follows.

    Raises:
        SourceError: when there is no such file, or ffmpeg cannot be started.
    """

    def __init__(
        self,
        path: Path,
        size: Size,
        *,
        info: Probe | None = None,
        filters: Sequence[str] = (),
        inside: Size | None = None,
        background: tuple[int, int, int] = (0, 0, 0),
        deinterlace: Deinterlace = "auto",
        seek: float | None = None,
        skip: float | None = None,
        count: int | None = None,
    ) -> None:
        self.path, self.size, self.delivered = path, size, 0
        self.stamp = self.duration = Fraction(0)
        info = info or probe(path)
        self._sought = seek is not None and seek > 0
        self._clock = clock_of(info.timing)
        self._stamps: SimpleQueue[tuple[Fraction | None, Fraction | None]] = SimpleQueue()
        self._shown = ShownPictures()
        graph = [
            *_input_filters(info, background, deinterlace),
            *([] if skip is None else [f"select='gte(t,{skip:.6f})'"]),
            *filters,
            *_output_filters(info, size, inside, background),
            FILTER,
        ]
        options = ["-reinit_filter:v:0", "0"]
        options += ["-c:v:0", info.decoder] if info.decoder else []
        command = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
        command += input_arguments(
            path, seek=seek, file_clock=info.timing.clock != "running", options=tuple(options)
        )
        command += ["-map", "0:V:0", "-vf", ",".join(graph)]
        command += [] if count is None else ["-frames:v", str(count)]
        command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
        self._process = start(command, stdout=subprocess.PIPE)
        self._log = LogTail(self._process, take=self._take, levels=True)
        if info.colour.hdr != "off":
            _warn_tone_mapped(path, info.colour.hdr, info.colour.assumed)

    def _take(self, line: str) -> bool:
        if self._shown.read(line):
            self._stamps.put((self._shown.stamp, self._shown.duration))
            return True
        return False

    def __iter__(self) -> Iterator[Picture]:
        return self

    def __next__(self) -> Picture:
        output = cast(BufferedReader, self._process.stdout)
        if output.closed:
            raise StopIteration
        picture = np.empty((self.size[1], self.size[0], 3), np.uint8)
        if output.readinto(picture.data.cast("B")) == picture.nbytes:
            # ffmpeg logs the time stamp of a picture before it writes the picture.
            stamp, duration = self._stamp_of_next()
            self.stamp, self.duration = self._clock.at(stamp, duration)
            self.delivered += 1
            return picture
        self._finish()
        raise StopIteration

    def _stamp_of_next(self) -> tuple[Fraction | None, Fraction | None]:
        try:
            return self._stamps.get(timeout=60)
        except Empty:
            return None, None

    def _finish(self) -> None:
        status = self._process.wait()
        words = self._log.words()
        self.close()
        if status < 0:
            raise SourceError(
                f"{self.path}: ffmpeg was stopped by signal {-status} after "
                f"{counted(self.delivered, 'frame')}"
            )
        if self.delivered == 0 and (status or words):
            raise SourceError(f"{self.path}: 0 frames could be decoded: {words or status}")
        # A decoder that starts in the middle may report missing earlier pictures.
        if words and not self._sought:
            _warn_damaged(self.path, words)

    def close(self) -> None:
        """End ffmpeg and close the pipe; harmless if it has ended already."""
        end(self._process)
        self._log.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _input_filters(
    info: Probe, background: tuple[int, int, int], deinterlace: Deinterlace
) -> list[str]:
    """Return filters that handle the storage of pictures: colour tags, fields and transparency."""
    width, height = info.turned_size
    # A picture of the first one's size passes through the scaler untouched.
    filters = [f"scale={width}:{height}:flags={_SCALE_FLAGS}"]
    filters += info.colour.filters(info.coded_size)
    weave = deinterlace == "on" or (deinterlace == "auto" and info.interlaced)
    if weave and min(width, height) >= 3:
        which = "all" if deinterlace == "on" else "interlaced"
        filters.append(f"bwdif=mode=send_frame:deint={which}")
    if info.colour.alpha != "none":
        red, green, blue = background
        ground = f"lutrgb=r={red}:g={green}:b={blue}:a=maxval"
        mode = ":alpha=premultiplied" if info.colour.alpha == "premultiplied" else ""
        filters.append(
            f"format=gbrap,split[over][under];[under]{ground}[ground];"
            f"[ground][over]overlay=format=gbrp{mode}"
        )
    return filters


def _output_filters(
    info: Probe, size: Size, inside: Size | None, background: tuple[int, int, int]
) -> list[str]:
    """Return filters that scale pictures, convert them to sRGB and pad them."""
    width, height = inside or size
    filters = [f"scale={width}:{height}:flags={_SCALE_FLAGS}", *info.colour.to_srgb()]
    filters.append("format=rgb24")
    if inside is not None and inside != size:
        colour = "0x{:02x}{:02x}{:02x}".format(*background)
        filters.append(f"pad={size[0]}:{size[1]}:(ow-iw)/2:(oh-ih)/2:color={colour}")
    return filters


@cache
def _warn_tone_mapped(path: Path, hdr: str, assumed: str) -> None:
    stored = f"{assumed}, and is taken for" if assumed else "it is stored as"
    logger.warning("%s: %s HDR (%s); it is tone-mapped to SDR", path, stored, hdr.upper())


@cache
def _warn_damaged(path: Path, words: str) -> None:
    logger.warning("%s is damaged; what can be read of it is used (ffmpeg says: %s)", path, words)
