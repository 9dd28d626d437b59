"""Rendering of a job: the film in a child process, then the other files of the piece."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from artengine import __version__
from artengine.batch.child import RenderError, dream
from artengine.batch.job import Job
from artengine.errors import GalleryError
from artengine.ffmpeg import Decoder, metadata, probe
from artengine.gallery.piece import FILM, Piece, PieceMetadata, write_piece
from artengine.gallery.private import without_folders
from artengine.preset.files import remember


def render_job(job: Job, folder: Path, *, batch: str = "") -> Piece:
    """Render a job into a folder: the film, its recipe, poster, thumbnail and metadata.

    The recipe of the piece is the one in the film's metadata.

    Args:
        job: the job.
        folder: an empty folder.
        batch: the identifier of the batch, for `stop`.

    Raises:
        RenderError: when the render fails.
        GalleryError, SourceError: when it writes no film, or one without a recipe.
        OSError: when the folder cannot be written.
    """
    film = folder / FILM
    # A recipe may read files outside its folder only if the user has named them, as in this batch.
    remember(job.files)
    with TemporaryDirectory(dir=folder, prefix=".") as scratch:
        preset = Path(scratch) / f"{job.preset}.toml"
        preset.write_text(job.recipe, encoding="utf-8")
        words = ["--json", "--output", str(film)]
        for plugin in job.plugins:
            words += ["--plugin", plugin]
        printed = dream([*words, "--", str(preset)], Path(scratch), batch)
    if not printed.strip():
        # A plugin may end the process with `os._exit(0)`, which is not reported as an error.
        raise RenderError("the render ended before its film was finished, and said no error", "")
    try:
        made = json.loads(printed)
        frames, seconds = made["frames"], made["seconds"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RenderError("the render did not say what it made", printed) from error
    held, recipe = probe(film), metadata(film).get("comment", "")
    if not recipe:
        raise GalleryError(f"{FILM} carries no recipe")
    about = PieceMetadata(
        frames=frames,
        fps=held.fps,
        size=held.size,
        render_seconds=seconds,
        engine=__version__,
        preset=job.preset,
        seed=job.seed,
        overrides=tuple(map(without_folders, job.overrides)),
    )
    with Decoder(film, held.size) as pictures:
        return write_piece(folder, recipe, about, pictures)
