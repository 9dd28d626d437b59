"""Decoding: pictures of a video file, one at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Self, cast

import numpy as np

from artengine.errors import SourceError
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.process import LogTail, end, start
from artengine.frame import Picture, Size

_SCALE_FLAGS = "bicubic+accurate_rnd"


class Decoder:
    """Pictures of a video file, one at a time, in memory that does not grow with its length.

    An iterator of uint8 `(H, W, 3)`, and a context manager that ends ffmpeg. A file that breaks
    off ends where nothing more can be decoded; one of which nothing can be decoded raises
    `SourceError`.

    Args:
        path: a regular file.
        size: width and height to deliver.
        filters: ffmpeg filters, applied in this order before scaling to `size`.
        seek: start at the last key picture at or before so many seconds. Time stamps stay those
            of the file, counted from its start, so that a filter can tell what to drop.
        count: how many pictures to deliver at most.

    Raises:
        SourceError: when there is no such file, or ffmpeg cannot be started.
    """

    def __init__(
        self,
        path: Path,
        size: Size,
        *,
        filters: Sequence[str] = (),
        seek: float | None = None,
        count: int | None = None,
    ) -> None:
        self.path, self.size, self.delivered = path, size, 0
        scale = f"scale={size[0]}:{size[1]}:flags={_SCALE_FLAGS},format=rgb24"
        command = ["-hide_banner", "-nostdin", "-loglevel", "error"]
        command += [
            *input_arguments(path, seek),
            "-map",
            "0:V:0",
            "-vf",
            ",".join([*filters, scale]),
        ]
        command += [] if count is None else ["-frames:v", str(count)]
        command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
        self._process = start(command, stdout=subprocess.PIPE)
        self._log = LogTail(self._process)

    def __iter__(self) -> Iterator[Picture]:
        return self

    def __next__(self) -> Picture:
        output = cast(BufferedReader, self._process.stdout)
        if output.closed:
            raise StopIteration
        picture = np.empty((self.size[1], self.size[0], 3), np.uint8)
        if output.readinto(picture.data.cast("B")) == picture.nbytes:
            self.delivered += 1
            return picture
        self._finish()
        raise StopIteration

    def _finish(self) -> None:
        status = self._process.wait()
        words = self._log.words()
        self.close()
        if status < 0:
            raise SourceError(
                f"{self.path}: ffmpeg was stopped by signal {-status} after {self.delivered} frames"
            )
        if self.delivered == 0 and (status or words):
            raise SourceError(f"{self.path}: 0 frames could be decoded: {words or status}")

    def close(self) -> None:
        """End ffmpeg and free the pipe; harmless when it has ended already."""
        end(self._process)
        self._log.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
