"""Child processes for rendering, which end when their parent process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from artengine.errors import ArtengineError
from artengine.subprocesses import NEW_SESSION

_lock = threading.Lock()
_running: defaultdict[str, set[subprocess.Popen[bytes]]] = defaultdict(set)
_stopped: set[str] = set()


class RenderError(ArtengineError):
    """An `artengine dream` failed; `log` is everything that it printed to standard error."""

    def __init__(self, message: str, log: str) -> None:
        self.log = log
        super().__init__(message)

    def __reduce__(self) -> tuple[type[RenderError], tuple[str, str]]:
        return RenderError, (str(self), self.log)


class StoppedError(Exception):
    """The batch was stopped."""


def dream(words: Sequence[str], scratch: Path, batch: str) -> str:
    """Run `artengine dream` in a child process and return its standard output.

    Args:
        words: the arguments after `artengine dream`.
        scratch: a folder for its output.
        batch: the identifier of the batch, for `stop`.

    Raises:
        RenderError: when it fails.
        StoppedError: when the batch was stopped.
    """
    command = [sys.executable, "-m", "artengine.cli.tethered", "dream", *words]
    stdout_file, stderr_file = scratch / "stdout", scratch / "stderr"
    with stdout_file.open("wb") as stdout, stderr_file.open("wb") as stderr, _lock:
        if batch in _stopped:
            raise StoppedError
        # The child ends when this pipe is closed; the operating system closes it even if this
        # process is killed.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, **NEW_SESSION
        )
        _running[batch].add(process)
    try:
        status = process.wait()
    finally:
        process.kill()
        if process.stdin is not None:
            process.stdin.close()
        with _lock:
            _running[batch].discard(process)
    if batch in _stopped:
        raise StoppedError
    log = stderr_file.read_text(encoding="utf-8", errors="replace")
    if status:
        raise RenderError(_reason(status, log), log)
    return stdout_file.read_text(encoding="utf-8", errors="replace")


def stop(batch: str) -> None:
    """Kill the renders of a batch in this process, and prevent new ones."""
    with _lock:
        _stopped.add(batch)
        for process in _running.pop(batch, ()):
            # Do not use SIGTERM: it would make the child finish its film.
            process.kill()


def _reason(status: int, log: str) -> str:
    if status < 0:
        return f"the render was ended by {signal.Signals(-status).name}"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error: ")]
    last = (errors or lines)[-1:]
    if not last:
        return f"the render ended with exit code {status} and no message"
    return last[0].removeprefix("error: ")
