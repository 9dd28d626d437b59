"""Rendering of many jobs into one gallery."""

from __future__ import annotations

import tomllib
from collections.abc import Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

from artengine.batch.child import RenderError, stop
from artengine.batch.job import Job
from artengine.batch.outcome import FAILED, Outcome, set_aside
from artengine.batch.render import render_job
from artengine.catalog import Catalog, load_catalog
from artengine.errors import ArtengineError, GalleryError
from artengine.gallery.piece import read_piece
from artengine.lock import try_lock
from artengine.names import cut_name
from artengine.preset import parse_preset
from artengine.preset.files import remember
from artengine.resolve import is_recipe_of
from artengine.unfinished import Unfinished, remove_leftovers


def run(
    jobs: Sequence[Job], gallery: Path, *, workers: int = 1, executor: Executor | None = None
) -> Generator[Outcome]:
    """Render jobs into a gallery, and yield their outcomes as they finish.

    Each job is rendered by its own `artengine dream` process, so that a crash affects only one
    render. A piece appears when it is complete. A piece that exists already, or that another batch
    is rendering, is skipped. If a render fails, its error is written to `failed/NAME.txt`. When the
    iterator is closed or interrupted, running renders are killed, and their files are removed.

    Args:
        jobs: the jobs.
        gallery: the folder of the pieces, created if it is missing.
        workers: number of parallel renders, 1 or more.
        executor: runs the renders instead of `workers` threads of this process; its processes or
            machines need the same files under the same paths.

    Raises:
        GalleryError: when the gallery's folder cannot be created.
    """
    try:
        gallery.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GalleryError(f"{gallery}: cannot be made ({error.strerror})") from error
    remove_leftovers(gallery)
    batch = token_hex(8)
    pool = executor or ThreadPoolExecutor(workers)
    futures = [pool.submit(render_piece, job, gallery, batch) for job in jobs]
    try:
        for future in as_completed(futures):
            outcome, log = future.result()
            if outcome.status == "failed":
                set_aside(gallery, outcome, log)
            yield outcome
    finally:
        stop(batch)
        for future in futures:
            future.cancel()
        if executor is None:
            pool.shutdown(cancel_futures=True)


def render_piece(job: Job, gallery: Path, batch: str = "") -> tuple[Outcome, str]:
    """Render a job into its folder in a gallery, unless it exists or another batch renders it.

    Args:
        job: the job.
        gallery: an existing folder.
        batch: the identifier of the batch, for `stop`.

    Returns:
        The outcome, and the log of a failed render.

    Raises:
        StoppedError: when the batch was stopped.
    """
    try:
        lock = gallery / f".{cut_name(job.name, 200)}.lock"
        held = try_lock(lock)
        if held is None:
            return Outcome(job.name, "skipped", note="another batch is rendering it"), ""
        with held:
            try:
                return _render_here(job, gallery, batch), ""
            finally:
                with suppress(OSError):
                    lock.unlink()
    except (ArtengineError, OSError, ValueError) as error:
        log = f"$ {job.command()}\n\n{error.log}" if isinstance(error, RenderError) else ""
        return Outcome(job.name, "failed", note=" ".join(str(error).split())), log


def _render_here(job: Job, gallery: Path, batch: str) -> Outcome:
    folder = gallery / job.name
    if folder.exists():
        another = "of another recipe; remove the folder to render it again"
        note = "" if _is_made(job, folder) else another
        return Outcome(job.name, "skipped", note=note)
    unfinished = Unfinished(folder)
    try:
        unfinished.path.mkdir()
        piece = render_job(job, unfinished.path, batch=batch)
        unfinished.path.rename(folder)
    finally:
        unfinished.remove()
    with suppress(OSError):
        (gallery / FAILED / f"{job.name}.txt").unlink(missing_ok=True)
    return Outcome(job.name, "rendered", piece.metadata.render_seconds)


def _is_made(job: Job, folder: Path) -> bool:
    """Return whether the piece in a folder is the one that a job would render."""
    remember(job.files)
    table = tomllib.loads(job.recipe)
    preset = parse_preset(table, _catalog(job.plugins), name=job.preset)
    return is_recipe_of(read_piece(folder).recipe, preset, folder)


@lru_cache(maxsize=4)
def _catalog(plugins: tuple[str, ...]) -> Catalog:
    return load_catalog([Path(plugin) for plugin in plugins])
