"""ffmpeg: finding the binary, asking what a file holds, decoding and encoding through pipes.

Files may come with a stranger's preset, so ffmpeg opens regular files alone, by formats that hold
their pictures themselves: playlists and the like, which would make it read other files or the
network, are refused.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from io import BufferedReader, BufferedWriter
from pathlib import Path
from threading import Thread
from typing import Self, cast

import numpy as np

from artengine.errors import SourceError, WriterError
from artengine.frame import Picture, Size
from artengine.subprocesses import NEW_SESSION, block_sigterm

if sys.platform == "linux":
    import fcntl

# Demuxers whose files stand alone. hls, concat, dash, image2 and others that name further files
# are left out on purpose.
_FORMATS = (
    "3gp,amv,apng,asf,av1,avi,avs2,avs3,bink,cavsvideo,dirac,dnxhd,dv,evc,f4v,fli,flic,flv,gif,gxf,"
    "h261,h263,h264,hevc,ivf,jpegxl_anim,lvf,m4v,matroska,mjpeg,mjpeg_2000,mov,mpeg,mpegts,"
    "mpegvideo,mv,mxf,nsv,nut,obu,ogg,pmp,roq,rm,smjpeg,smk,svag,swf,vc1,vc1test,vvc,webm,"
    "webp_anim,wtv,yop,yuv4mpegpipe,"
    "aac,flac,mp3,wav"  # only to say that they hold no video
)

_ECHO = re.compile(
    r"Error opening (?:in|out)put files?|Terminating thread|Task finished|Conversion failed"
    r"|Error (?:submitting|sending) |Error while filtering|Nothing was written"
    r"|Last message repeated"
)

_SCALE_FLAGS = "bicubic+accurate_rnd"
_PIPE_BYTES = 1 << 20


@cache
def ffmpeg_executable() -> str:
    """Path of the ffmpeg binary: the one packaged with imageio-ffmpeg, unless the environment
    variable `IMAGEIO_FFMPEG_EXE` names another.

    Raises:
        SourceError: when there is none for this machine.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise SourceError(
            "no ffmpeg was found for this machine; install ffmpeg, or set IMAGEIO_FFMPEG_EXE to it"
        ) from error


def rate(fps: float) -> str:
    """Write a frame rate as ffmpeg takes it, exactly: 29.97002997 is `30000/1001`."""
    fraction = Fraction(fps).limit_denominator(1001000)
    return f"{fraction.numerator}/{fraction.denominator}"


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
    command += [*_input(path), "-map", "0:V:0", "-frames:v", "1", "-pix_fmt", "yuv420p"]
    # A YUV4MPEG2 header gives what the log does not: the exact frame rate, and the size and pixel
    # shape after turning.
    command += ["-f", "yuv4mpegpipe", "pipe:1"]
    _, told, log = _ask(command)
    header = re.match(rb"YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+) \S+ A(\d+):(\d+)", told)
    stream = re.search(r"Stream #0:.*?: Video: (?!.*\(attached pic\))(.*)", log)
    if header is None or stream is None:
        if "Audio:" in log and stream is None:
            raise SourceError(f"{path} holds sound but no video; give a file with pictures in it")
        raise _unreadable(path, log)
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


def metadata(path: Path) -> dict[str, str]:
    """Text that a video file carries, by lower-case name: `comment`, `title` and so on.

    Raises:
        SourceError: when it is missing or cannot be read.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "level+error"]
    command += [*_input(path), "-f", "ffmetadata", "pipe:1"]
    status, told, log = _ask(command)
    if status:
        raise _unreadable(path, log)
    text = told.decode("utf-8", "replace")
    # In this format a backslash keeps the character after it, a line's end too, from its meaning.
    entries = re.findall(r"^((?:[^=;#\\\n]|\\.)+)=((?:[^\\\n]|\\.)*)$", text, re.M | re.S)
    # The file's own come first; those of its streams and chapters must not replace them.
    entries.reverse()
    return {key.lower(): re.sub(r"\\(.)", r"\1", value, flags=re.S) for key, value in entries}


def _unreadable(path: Path, log: str) -> SourceError:
    return SourceError(
        f"{path} cannot be read as video; see whether it is one, and whole "
        f"(ffmpeg says: {_complaint(log)})"
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
        command += [*_input(path, seek), "-map", "0:V:0", "-vf", ",".join([*filters, scale])]
        command += [] if count is None else ["-frames:v", str(count)]
        command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
        self._process = _start(command, stdout=subprocess.PIPE)
        self._log = _Tail(self._process)

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
        _end(self._process)
        self._log.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
            self._process = _start(command, stdin=subprocess.PIPE)
        except SourceError as error:
            raise WriterError(f"{self._name}: {error}") from error
        self._pipe = cast(BufferedWriter, self._process.stdin)
        self._log = _Tail(self._process)

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
        _end(self._process)
        self._log.join()

    def abort(self) -> None:
        """Kill ffmpeg and remove the file; never raises."""
        _end(self._process)
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


class _Tail:
    """The last lines a process wrote to standard error, read so that it never blocks on them."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._lines: deque[str] = deque(maxlen=12)
        self._process = process
        self._thread = Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        stream = self._process.stderr
        if stream is not None:
            with stream:
                for line in stream:
                    self._lines.append(line.decode("utf-8", "replace"))

    def join(self) -> None:
        self._thread.join(timeout=10)

    def words(self) -> str:
        self.join()
        return _one_line(list(self._lines))


def _start(
    arguments: Sequence[str], *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start ffmpeg, with roomy pipes where there are any. Raises SourceError."""
    executable = ffmpeg_executable()
    try:
        with block_sigterm():
            process = subprocess.Popen(
                [executable, *arguments],
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                **NEW_SESSION,
            )
    except OSError as error:
        raise SourceError(
            f"ffmpeg cannot be started: {executable}: {error.strerror}; install ffmpeg, or set "
            "IMAGEIO_FFMPEG_EXE to it"
        ) from error
    for pipe in (process.stdin, process.stdout):
        if sys.platform == "linux" and pipe is not None:
            # Slower without: systems bound how much room the pipes of one person may have.
            with suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process


def _ask(arguments: Sequence[str]) -> tuple[int, bytes, str]:
    """Run ffmpeg: its exit status, what it wrote, and what it said. Raises SourceError."""
    with _start(arguments, stdout=subprocess.PIPE) as process:
        try:
            told, said = process.communicate()
        except BaseException:
            process.kill()
            raise
    return process.returncode, told, said.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            # What is still buffered for a dead process cannot be flushed.
            with suppress(OSError):
                stream.close()
    process.wait()


def _input(path: Path, seek: float | None = None) -> list[str]:
    """Arguments that open a file of its own, and nothing else."""
    if path.is_dir():
        raise SourceError(f"{path} is a folder; give a video file, or use the images source")
    if not path.exists():
        raise SourceError(f"there is no file {path}; check the path")
    if not path.is_file():
        raise SourceError(f"{path} is not a regular file; give a video file")
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty (0 bytes); copy or download it again")
    safe = ["-protocol_whitelist", "file,pipe", "-format_whitelist", _FORMATS]
    at = [] if seek is None or seek <= 0 else ["-noaccurate_seek", "-ss", f"{seek:.6f}"]
    return [*safe, "-copyts", "-start_at_zero", *at, "-i", f"file:{path.absolute()}"]


def _complaint(log: str) -> str:
    errors = [line for line in log.splitlines() if re.search(r"\[(error|fatal|panic)\]", line)]
    return _one_line(errors) or "ffmpeg found no picture in it"


def _one_line(lines: Sequence[str]) -> str:
    """Join what ffmpeg said, without its addresses, its repeats and what only echoes a cause."""
    said: list[str] = []
    echoes: list[str] = []
    for line in lines:
        text = re.sub(r"\[(?:[^\]]* @ 0x[0-9a-f]+|error|fatal|panic)\]\s*", "", line).strip()
        text = re.sub(r"not on whitelist '.*", "is not among the formats that are read", text)
        text = text.removeprefix("Error opening input: ").rstrip(".")
        kind = echoes if _ECHO.match(text) else said
        if text and text not in kind:
            kind.append(text)
    joined = "; ".join(said or echoes[-1:])
    return joined if len(joined) <= 300 else joined[:297] + "..."
