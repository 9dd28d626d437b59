"""Decoding of sound files to samples, block by block."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from threading import Event, Timer
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt

from artengine.errors import SourceError
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.process import LogTail, end, start

Samples: TypeAlias = npt.NDArray[np.float32]
"""float32 `(N,)`, nominally -1..1."""

RATE = 24_000
"""The sample rate of decoded sounds, in Hz."""

MOST_SECONDS = 4 * 3600
"""The longest sound that is decoded, in seconds."""

_BLOCK = 1 << 16
_LOUDEST = 8.0
# A maliciously slow file must not block a render for ever.
_DEADLINE = 600.0


def samples(path: Path) -> Iterator[Samples]:
    """Decode the first sound stream of a file to one channel, in bounded memory.

    Sample n is at n / `RATE` seconds after the file's start, by the file's own time stamps: a late
    start is preceded by silence, and gaps are filled with it. Samples that are not finite become 0.

    Args:
        path: any file with sound that ffmpeg reads.

    Yields:
        Blocks of up to 65,536 samples.

    Raises:
        SourceError: when the file is missing, holds no sound, cannot be read, or is longer than
            `MOST_SECONDS`.
    """
    command = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]
    command += [*input_arguments(path, sound=True), "-map", "0:a:0?", "-vn", "-sn", "-dn"]
    steady = f"aresample={RATE}:async=1:min_hard_comp=0.02:first_pts=0"
    command += ["-af", steady, "-ac", "1", "-f", "f32le", "pipe:1"]
    process = start(command, stdout=subprocess.PIPE)
    log = LogTail(process)
    late = Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = Timer(_DEADLINE, stop)
    timer.daemon = True
    timer.start()
    output = cast(BufferedReader, process.stdout)
    count = 0
    try:
        while data := output.read(4 * _BLOCK):
            block = np.frombuffer(data[: len(data) // 4 * 4], "<f4").astype(np.float32)
            np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            count += len(block)
            if count > MOST_SECONDS * RATE:
                hours = MOST_SECONDS // 3600
                raise SourceError(f"{path}: its sound is longer than {hours} hours; cut it")
            yield np.clip(block, -_LOUDEST, _LOUDEST)
        if late.is_set():
            raise SourceError(
                f"{path}: its sound could not be decoded in {_DEADLINE:g} s; convert it to WAV"
            )
        process.wait()
        if count == 0:
            words = log.words()
            if "does not contain any stream" in words or "matches no streams" in words:
                words = ""
            reason = f" (ffmpeg says: {words})" if words else ""
            raise SourceError(f"{path} holds no sound; give a file with sound in it{reason}")
    finally:
        timer.cancel()
        end(process)
        log.join()
