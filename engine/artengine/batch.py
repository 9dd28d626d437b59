"""Batches: presets and seeds, each rendered into a gallery as a piece."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from artengine import __version__
from artengine.catalog import Catalog
from artengine.errors import ArtengineError, GalleryError, UsageError
from artengine.ffmpeg import Decoder, probe
from artengine.gallery.piece import FILM, PieceMetadata, read_piece, write_piece
from artengine.preset import Override, Preset, load_preset, parse_overrides
from artengine.resolve import is_recipe_of
from artengine.sidecar import read_sidecar
from artengine.subprocesses import NEW_SESSION

FAILED = "failed"  # the gallery's folder for the errors of renders that failed


@dataclass(frozen=True, slots=True)
class Job:
    """One piece to render.

    Args:
        name: the piece's folder in the gallery.
        preset: the checked preset, overrides included.
        given: the preset as it was asked for.
        overrides: values in place of the preset's.
        plugins: plugin files to load.
    """

    name: str
    preset: Preset
    given: str
    overrides: tuple[Override, ...]
    plugins: tuple[Path, ...]

    def command(self, film: Path) -> list[str]:
        """The command that renders the film."""
        words = [sys.executable, "-m", "artengine", "dream", "--json", "--output", str(film)]
        for override in self.overrides:
            words += ["--set", override.written]
        for plugin in self.plugins:
            words += ["--plugin", str(plugin)]
        return [*words, "--", self.given]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a piece.

    Args:
        name: the piece's folder in the gallery.
        status: whether it was rendered now, was there already, or failed.
        seconds: how long its frames took; 0 when it was not rendered.
        note: why it failed, or what is to be known of one that was there, on one line.
    """

    name: str
    status: Literal["rendered", "skipped", "failed"]
    seconds: float = 0.0
    note: str = ""


def parse_seeds(text: str) -> list[int]:
    """Read seeds: `7`, the range `0..3` with both its ends, or a list of these, `1,4,8..10`.

    Raises:
        UsageError: when it is none of these, or reaches outside 0 to 2**32 - 1.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if last < first or last >= 2**32 or last - first >= 100_000:
            raise UsageError(
                f'"{text}" is not a choice of seeds; write 7, 0..3 or 1,4,9, from 0 to {2**32 - 1}'
            )
        seeds += range(first, last + 1)
    return list(dict.fromkeys(seeds))


def plan(
    presets: Sequence[str],
    catalog: Catalog,
    *,
    seeds: Sequence[int] = (),
    overrides: Iterable[str | Override] = (),
    plugins: Sequence[Path] = (),
) -> tuple[list[Job], list[Outcome]]:
    """Make a job of every preset, once for each seed; the preset's own seed where none is given.

    A piece is called by its preset, with `-s3` for a seed and six hexadecimal digits for other
    overrides.

    Returns:
        The jobs, and the failures of presets that cannot be used.

    Raises:
        UsageError: when two pieces would have the same name.
    """
    each: Sequence[int | None] = seeds or [None]
    changes = parse_overrides(overrides)
    jobs: dict[str, Job] = {}
    refused: list[Outcome] = []
    for given in presets:
        for seed in each:
            suffix = "" if seed is None else f"-s{seed}"
            if changes:
                written = sorted(change.written for change in changes)
                suffix += f"-{hashlib.sha256(repr(written).encode()).hexdigest()[:6]}"
            its_seed = [] if seed is None else [f"seed={seed}"]
            words = (*changes, *parse_overrides(its_seed, "--seeds"))
            try:
                preset = load_preset(given, catalog, words)
            except ArtengineError as error:
                name = Path(given).name.removesuffix(".toml") + suffix
                refused.append(Outcome(name, "failed", note=" | ".join(str(error).splitlines())))
                continue
            name = preset.name + suffix
            if name in jobs:
                raise UsageError(
                    f'"{jobs[name].given}" and "{given}" would both be called {name}; name each '
                    "preset once, and call their files differently"
                )
            jobs[name] = Job(name, preset, given, words, tuple(plugins))
    return list(jobs.values()), refused


def run(jobs: Sequence[Job], gallery: Path, *, workers: int = 1) -> Generator[Outcome]:
    """Render jobs into a gallery, and yield what became of each as it ends.

    Each is rendered by an `artengine dream` of its own, so that one that crashes takes no other
    along. A piece appears once it is whole. One that is there already is left as it is. The error
    of one that fails is written to `failed/NAME.txt`. When the iterator is closed or interrupted,
    the renders that still run are ended, and nothing of them stays.

    Args:
        workers: how many run at the same time, 1 or more.

    Raises:
        GalleryError: when the gallery's folder cannot be made.
    """
    try:
        gallery.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GalleryError(f"{gallery}: cannot be made ({error.strerror})") from error
    children = _Children()
    pool = ThreadPoolExecutor(workers)
    futures = [pool.submit(_render, job, gallery, children) for job in jobs]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        children.stop()
        pool.shutdown(cancel_futures=True)


def set_aside(gallery: Path, outcome: Outcome, log: str = "") -> None:
    """Write why a piece failed to `failed/NAME.txt` in the gallery.

    Raises:
        GalleryError: when that cannot be written either.
    """
    record = gallery / FAILED / f"{outcome.name}.txt"
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(f"{outcome.note}\n\n{log}".strip() + "\n", encoding="utf-8")
    except OSError as error:
        raise GalleryError(
            f"{record}: cannot be written ({error.strerror}), while {outcome.name} failed: "
            f"{outcome.note}"
        ) from error


class _RenderError(ArtengineError):
    """An `artengine dream` ended by an error; `log` is all that it said."""

    def __init__(self, message: str, log: str) -> None:
        self.log = log
        super().__init__(message)


class _StoppedError(Exception):
    """The batch is being ended."""


class _Children:
    """The processes that render, to be ended all at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def render(self, command: Sequence[str]) -> str:
        """Run a command and return its standard output. Raises `_RenderError`."""
        with self._lock:
            if self._stopped:
                raise _StoppedError
            process: subprocess.Popen[str] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                **NEW_SESSION,
            )
            self._running.add(process)
        output, said = process.communicate()
        with self._lock:
            self._running.discard(process)
            if self._stopped:
                raise _StoppedError
        if process.returncode:
            log = f"$ {shlex.join(command)}\n\n{said}"
            raise _RenderError(_reason(process.returncode, said), log)
        return output

    def stop(self) -> None:
        """End what runs, and let nothing more start."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                # Asked to end by SIGTERM, it would finish a film that nobody waits for.
                process.kill()


def _reason(status: int, said: str) -> str:
    if status < 0:
        return f"the render was ended by {signal.Signals(-status).name}"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (
        lines[-1].removeprefix("error: ")
        if lines
        else f"the render ended with exit code {status} and no message"
    )


def _render(job: Job, gallery: Path, children: _Children) -> Outcome:
    folder = gallery / job.name
    unfinished = gallery / f".{job.name}.{os.getpid()}"
    try:
        if folder.exists():
            return _there_already(job, folder)
        unfinished.mkdir()
        facts = _make(job, unfinished, children)
        unfinished.rename(folder)
        (gallery / FAILED / f"{job.name}.txt").unlink(missing_ok=True)
        job.preset.remember_files()
        return Outcome(job.name, "rendered", facts.render_seconds)
    except (ArtengineError, OSError, ValueError) as error:
        outcome = Outcome(job.name, "failed", note=" ".join(str(error).split()))
        set_aside(gallery, outcome, error.log if isinstance(error, _RenderError) else "")
        return outcome
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _there_already(job: Job, folder: Path) -> Outcome:
    same = is_recipe_of(read_piece(folder).recipe, job.preset, folder)
    note = "" if same else "of another recipe; remove the folder to render it anew"
    return Outcome(job.name, "skipped", note=note)


def _make(job: Job, folder: Path, children: _Children) -> PieceMetadata:
    film = folder / FILM
    command = job.command(film)
    said = children.render(command)
    try:
        made = json.loads(said)
        frames, seconds = made["frames"], made["seconds"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        log = f"$ {shlex.join(command)}\n\n{said}"
        raise _RenderError("the render did not say what it made", log) from error
    held = probe(film)
    facts = PieceMetadata(
        frames=frames,
        fps=held.fps,
        size=held.size,
        render_seconds=seconds,
        engine=__version__,
        preset=job.preset.name,
        seed=job.preset.seed,
        overrides=tuple(override.written for override in job.overrides),
    )
    with Decoder(film, held.size) as pictures:
        write_piece(folder, _recipe(job.preset, film), facts, pictures)
    return facts


def _recipe(preset: Preset, film: Path) -> str:
    """The recipe that a film was made by, which it carries."""
    kind = preset.catalog.writer_for(film.name)
    return "" if kind is None else kind.read_recipe(film) or read_sidecar(film)
