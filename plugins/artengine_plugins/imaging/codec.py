"""Simulation of a video codec that has lost a key frame."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from artengine.api import Picture, PluginError, Size, ffmpeg_executable

_SECONDS = 60.0
"""Time limit for ffmpeg per frame."""


def predicted_upon(held: Picture, before: Picture, after: Picture, quantiser: int) -> Picture:
    """Decode the change from one picture to the next on top of a third one.

    ffmpeg encodes the three pictures as MPEG-4: `held` and `before` as key frames, `after` as a
    frame that is predicted from `before`. The second key frame is removed from the stream, so that
    the decoder predicts from `held` instead.

    Args:
        held, before, after: uint8 `(H, W, 3)` of equal size; their sides are multiples of 16.
        quantiser: how coarse the encoding is: 1 is finest, 31 coarsest.

    Returns:
        The decoded predicted frame, uint8 `(H, W, 3)`.

    Raises:
        PluginError: when ffmpeg fails, with its message.
    """
    size = held.shape[1], held.shape[0]
    decoder = _started(_decoding())
    try:
        stream = _communicate(
            _started(_encoding(size, quantiser)), b"".join(map(bytes, (held, before, after)))
        )
        decoded = _communicate(decoder, stream)
    except BaseException:
        # For example, a second Ctrl-C.
        _kill(decoder)
        raise
    if len(decoded) != 2 * held.nbytes:
        raise PluginError("ffmpeg did not decode two pictures; set IMAGEIO_FFMPEG_EXE to another")
    return np.frombuffer(decoded, np.uint8)[held.nbytes :].reshape(held.shape).copy()


def _encoding(size: Size, quantiser: int) -> list[str]:
    # One thread and exact arithmetic, so that equal pictures give equal streams on every machine.
    return [
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"),
        *("-framerate", "25", "-i", "pipe:0", "-c:v", "mpeg4", "-qscale:v", str(quantiser)),
        *("-bf", "0", "-g", "600", "-sc_threshold", "1000000000", "-flags", "+bitexact"),
        *("-force_key_frames", "expr:lte(n,1)", "-threads", "1"),
        *("-bsf:v", r"noise=drop='gt(n\,0)*key'", "-f", "nut", "pipe:1"),
    ]


def _decoding() -> list[str]:
    return [
        *("-threads", "1", "-f", "nut", "-i", "pipe:0", "-fps_mode", "passthrough"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"),
    ]


def _started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [ffmpeg_executable(), "-hide_banner", "-loglevel", "error", *arguments]
    pipe = subprocess.PIPE
    # In a separate session, which Ctrl-C does not reach: the frame is finished first.
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)


def _communicate(process: subprocess.Popen[bytes], given: bytes) -> bytes:
    try:
        made, said = process.communicate(given, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        _kill(process)
        raise PluginError(f"ffmpeg took more than {_SECONDS:g} seconds") from error
    except BaseException:
        _kill(process)
        raise
    if process.returncode != 0:
        words = said.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise PluginError(f"ffmpeg failed and said: {words[-1]}")
    return made


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process, close its pipes and wait for its end."""
    process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
