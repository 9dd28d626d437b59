"""Encoding: pictures to a video file."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from io import BufferedWriter
from pathlib import Path
from typing import cast

import numpy as np

from artengine.errors import SourceError, WriterError
from artengine.ffmpeg.process import LogTail, end, start
from artengine.frame import Picture, Size


def rate(fps: float) -> str:
    """Write a frame rate as ffmpeg takes it, exactly: 29.97002997 is `30000/1001`."""
    fraction = Fraction(fps).limit_denominator(1001000)
    return f"{fraction.numerator}/{fraction.denominator}"


class Encoder:
    """Pictures to a file, through ffmpeg.

    Args:
        path: the file to write, replaced where there is one.
        size: width and height of every picture.
        fps: pictures a second.
        options: ffmpeg's output options: filters, codec, format (`-f`), metadata.
        name: what errors call the file, where `path` is only its name for now.

    Raises:
        WriterError: when ffmpeg cannot be started.
    """

    def __init__(
        self, path: Path, size: Size, fps: float, options: Sequence[str], *, name: str = ""
    ) -> None:
        self.path, self.size, self.taken = path, size, 0
        self._name = name or str(path)
        command = ["-hide_banner", "-loglevel", "error", "-y"]
        command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"]
        command += ["-framerate", rate(fps), "-i", "pipe:0", *options, f"file:{path.absolute()}"]
        try:
            self._process = start(command, stdin=subprocess.PIPE)
        except SourceError as error:
            raise WriterError(f"{self._name}: {error}") from error
        self._pipe = cast(BufferedWriter, self._process.stdin)
        self._log = LogTail(self._process)

    def write(self, picture: Picture) -> None:
        """Take the next picture, uint8 `(H, W, 3)`.

        Raises:
            WriterError: when it is of another size or type, or when ffmpeg has died, in its words.
        """
        if picture.dtype != np.uint8 or picture.shape != (self.size[1], self.size[0], 3):
            raise WriterError(
                f"{self._name}: frame {self.taken} is {picture.dtype} of shape {picture.shape}; "
                f"this file takes uint8 of shape {(self.size[1], self.size[0], 3)}"
            )
        try:
            self._pipe.write(np.ascontiguousarray(picture).data.cast("B"))
        except (OSError, ValueError) as error:
            raise self._failure() from error
        self.taken += 1

    def close(self) -> None:
        """Finish the file and wait for ffmpeg.

        Raises:
            WriterError: when no picture was written, or when ffmpeg failed; the file is removed.
        """
        if self.taken == 0:
            self.abort()
            raise WriterError(f"{self._name}: no frame was written, so there is no film")
        try:
            self._pipe.close()
        except OSError as error:
            raise self._failure() from error
        if self._process.wait() != 0:
            raise self._failure()
        end(self._process)
        self._log.join()

    def abort(self) -> None:
        """Kill ffmpeg and remove the file; never raises."""
        end(self._process)
        self._log.join()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _failure(self) -> WriterError:
        try:
            # It has closed its end of the pipe, so it is about to say why.
            status = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            status = 0
        self.abort()
        words = self._log.words()
        if not words and status < 0:
            words = f"it was stopped by signal {-status}"
        return WriterError(
            f"{self._name}: ffmpeg stopped after {self.taken} frames: {words or status}"
        )
