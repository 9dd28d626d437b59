"""One job: its film, in a process of its own, and the piece around it."""

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

    The recipe of the piece is the one that the film carries.

    Args:
        job: what to render.
        folder: an empty folder.
        batch: what the render can be stopped by.

    Raises:
        RenderError: when the render fails.
        GalleryError, SourceError: when it makes no film, or none that carries a recipe.
        OSError: when nothing can be written there.
    """
    film = folder / FILM
    # A recipe may read files anywhere that the user has named, as those of the batch are.
    remember(job.files)
    with TemporaryDirectory(dir=folder, prefix=".") as scratch:
        preset = Path(scratch) / f"{job.preset}.toml"
        preset.write_text(job.recipe, encoding="utf-8")
        words = ["--json", "--output", str(film)]
        for plugin in job.plugins:
            words += ["--plugin", plugin]
        printed = dream([*words, "--", str(preset)], Path(scratch), batch)
    if not printed.strip():
        # A plugin may end the process by os._exit, whose code is then no error's.
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
