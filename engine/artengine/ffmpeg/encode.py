"""Encoding of pictures to a video file."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from io import BufferedWriter
from pathlib import Path
from typing import cast

import numpy as np

from artengine.counts import counted
from artengine.errors import SourceError, WriterError, cannot_write
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.messages import summed_up
from artengine.ffmpeg.probing import probe
from artengine.ffmpeg.process import LogTail, end, run, start
from artengine.ffmpeg.tags import as_ffmetadata
from artengine.frame import Picture, Size
from artengine.subprocesses import lower_priority


def rate(fps: float) -> str:
    """Format a frame rate for ffmpeg, exactly: 29.97002997 is `30000/1001`."""
    fraction = Fraction(fps).limit_denominator(1001000)
    return f"{fraction.numerator}/{fraction.denominator}"


class Encoder:
    """Encodes pictures to a file, with ffmpeg.

    Args:
        path: the file to write; an existing one is replaced.
        size: width and height of every picture.
        fps: pictures a second.
        options: ffmpeg's output options: filters, codec, format (`-f`).
        tags: metadata of the file, texts of any length by name.

    Raises:
        WriterError: when ffmpeg cannot be started.
    """

    def __init__(
        self,
        path: Path,
        size: Size,
        fps: float,
        options: Sequence[str],
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.path, self.size, self.taken = path, size, 0
        self._tags = path.with_name(f"{path.name}.tags")
        command = ["-hide_banner", "-loglevel", "error", "-y"]
        command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"]
        command += ["-framerate", rate(fps), "-i", "pipe:0"]
        try:
            if tags:
                # Arguments are limited to 128 KiB each on Linux, and 32 KiB in all on Windows.
                self._tags.write_text(as_ffmetadata(tags), encoding="utf-8", newline="")
                command += ["-f", "ffmetadata", "-i", f"file:{self._tags.absolute()}"]
                command += ["-map", "0:v", "-map_metadata", "1"]
            self._process = start(
                [*command, *options, f"file:{path.absolute()}"], stdin=subprocess.PIPE
            )
        except OSError as error:
            raise cannot_write(error) from error
        except SourceError as error:
            raise WriterError(str(error)) from error
        # The network uses all processors at once and waits for the slowest of them. The encoder can
        # run while effects use one.
        lower_priority(self._process)
        self._pipe = cast(BufferedWriter, self._process.stdin)
        self._log = LogTail(self._process)

    def write(self, picture: Picture) -> None:
        """Encode the next picture, uint8 `(H, W, 3)`.

        Raises:
            WriterError: when it has another size or type, or when ffmpeg has died, with its error.
        """
        if picture.dtype != np.uint8 or picture.shape != (self.size[1], self.size[0], 3):
            raise WriterError(
                f"frame {self.taken} is {picture.dtype} of shape {picture.shape}; "
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
            WriterError: when no picture was written, or when ffmpeg failed.
        """
        if self.taken == 0:
            self.abort()
            raise WriterError("no frame was written, so there is no film")
        try:
            self._pipe.close()
        except OSError as error:
            raise self._failure() from error
        if self._process.wait() != 0:
            raise self._failure()
        self._end()

    def salvage(self) -> bool:
        """End ffmpeg, and return whether the file written so far can be played."""
        self._end()
        try:
            probe(self.path)
        except SourceError:
            return False
        return True

    def abort(self) -> None:
        """Kill ffmpeg and remove the file; never raises."""
        self._end()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _end(self) -> None:
        end(self._process)
        self._log.join()
        with suppress(OSError):
            self._tags.unlink(missing_ok=True)

    def _failure(self) -> WriterError:
        try:
            # It has closed its end of the pipe, so it is about to report why.
            status = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            status = 0
        self._end()
        words = self._log.words()
        if not words and status < 0:
            words = f"it was stopped by signal {-status}"
        frames = counted(self.taken, "frame")
        return WriterError(f"ffmpeg stopped after {frames}: {words or status}")


def remux(source: Path, target: Path, options: Sequence[str]) -> None:
    """Copy the pictures and the tags of one file into a new one, without decoding them.

    Args:
        source: a video file.
        target: the file to write; an existing one is replaced, and it is removed on failure.
        options: ffmpeg's output options: `-movflags`, format (`-f`); a codec (`-c:v`) encodes the
            pictures again.

    Raises:
        WriterError: on failure, with ffmpeg's error.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    try:
        command += [*input_arguments(source), "-map", "0", "-c", "copy", *options]
        status, _, log = run([*command, f"file:{target.absolute()}"])
    except SourceError as error:
        raise WriterError(str(error)) from error
    if status:
        with suppress(OSError):
            target.unlink(missing_ok=True)
        raise WriterError(f"the finished film cannot be written: {summed_up(log.splitlines())}")
