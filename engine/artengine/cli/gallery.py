"""`artengine gallery`: a web page of finished pieces."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from artengine.cli.command import Command
from artengine.cli.streams import answer, tell
from artengine.errors import GalleryError

gallery_app = typer.Typer(
    name="gallery", help="Make a web page of finished pieces.", no_args_is_help=True
)


@gallery_app.command(cls=Command)
def build(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that artengine batch wrote.")
    ],
    title: Annotated[
        str | None, typer.Option(help="The heading; by default made from the folder's name.")
    ] = None,
) -> None:
    """Write a web page, a README and a poster of a gallery.

    The files index.html, README.md and overview.jpg are written to the folder. They use only the
    pieces in it: open the page from disk, or serve the folder from any web server. A broken piece
    is reported and left out, and the exit code is 9.

    Examples:

        artengine gallery build gallery

        artengine gallery build gallery --title "Night songs"
    """
    from artengine.cli.progress import bar
    from artengine.gallery.page import build as build_page

    with bar("reading", "pieces") as progress:
        built = build_page(folder, title=title, progress=_after_a_second(progress))
    for path in built.files:
        answer(path)
    for error in built.broken:
        tell(f"left out: {error}")
    if built.broken:
        raise typer.Exit(GalleryError.exit_code)


def _after_a_second(progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Show progress only after the first second: small galleries are read in less."""
    begun = time.monotonic()

    def late(done: int, total: int) -> None:
        if time.monotonic() - begun > 1:
            progress(done, total)

    return late
