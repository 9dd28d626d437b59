"""ffmpeg as a child process."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from threading import Thread
from typing import cast

from artengine.errors import SourceError
from artengine.ffmpeg.executable import ffmpeg_executable
from artengine.ffmpeg.messages import is_error, summed_up
from artengine.subprocesses import NEW_SESSION, block_sigterm

if sys.platform == "linux":
    import fcntl

_PIPE_BYTES = 1 << 20


class LogTail:
    """The last errors of a process, read from standard error so that it never blocks on the pipe.

    Args:
        process: ffmpeg, writing its log to a pipe.
        take: called with every line first; lines for which it returns True are not kept.
        levels: whether lines name their level (`-loglevel level+info`); then only errors are kept.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        *,
        take: Callable[[str], bool] | None = None,
        levels: bool = False,
    ) -> None:
        self._lines: deque[str] = deque(maxlen=12)
        self._take, self._levels = take, levels
        self._process = process
        self._thread = Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        stream = self._process.stderr
        if stream is not None:
            with stream:
                for line in stream:
                    self._keep(line.decode("utf-8", "replace"))

    def _keep(self, line: str) -> None:
        if self._take is not None and self._take(line):
            return
        if not self._levels or is_error(line):
            self._lines.append(line)

    def join(self) -> None:
        """Wait until the process has closed its standard error."""
        self._thread.join(timeout=10)

    def words(self) -> str:
        """Return the errors so far as one line, once standard error is closed."""
        self.join()
        return summed_up(list(self._lines))


def start(
    arguments: Sequence[str], *, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start ffmpeg, with large pipe buffers. Raises SourceError."""
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
            # This is faster, but fails at the system's limit for all pipes of a user.
            with suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process


def run(arguments: Sequence[str], *, seconds: float | None = None) -> tuple[int, bytes, str]:
    """Run ffmpeg; return its exit status, its output and its log.

    Args:
        arguments: the arguments of the command line.
        seconds: a time limit; None for no limit.

    Raises:
        SourceError: when it cannot be started.
        subprocess.TimeoutExpired: when it takes longer; the process has been killed.
    """
    with start(arguments, stdout=subprocess.PIPE) as process:
        try:
            output, log = process.communicate(timeout=seconds)
        except BaseException:
            process.kill()
            raise
    return process.returncode, output, log.decode("utf-8", "replace")


def lines(arguments: Sequence[str]) -> Iterator[bytes]:
    """Run ffmpeg and yield the lines that it writes, as they come. Raises SourceError."""
    process = start(arguments, stdout=subprocess.PIPE)
    log = LogTail(process)
    try:
        yield from cast(BufferedReader, process.stdout)
    finally:
        end(process)
        log.join()


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process if it still runs, close its pipes and wait for it."""
    if process.poll() is None:
        process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            # Data still buffered for a dead process cannot be flushed.
            with suppress(OSError):
                stream.close()
    process.wait()
