"""`artengine prepare`: store the frames of videos, ready to be learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artengine.cli.options import parse_size
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from artengine.source import Source


def prepare(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Video files.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to store the frames in.")
    ],
    size: Annotated[
        str, typer.Option(metavar="WxH", help="Width and height to store, in pixels.")
    ] = "256x256",
    fps: Annotated[
        float | None,
        typer.Option(
            min=0.001, max=1000, help="Frames a second to store; by default the first video's."
        ),
    ] = None,
    start: Annotated[
        float | None, typer.Option(min=0, help="Where to begin in each video, in seconds.")
    ] = None,
    end: Annotated[
        float | None, typer.Option(min=0, help="Where to end in each video, in seconds.")
    ] = None,
    fit: Annotated[
        str | None,
        typer.Option(help="How a video of another shape fills the size: crop, stretch or pad."),
    ] = None,
    quality: Annotated[
        int, typer.Option(min=1, max=100, help="JPEG quality; 100 stores PNG, without loss.")
    ] = 95,
) -> None:
    """Store each frame of one or more videos once, ready to be learnt from.

    Several videos become one piece of footage, in the order given. Scene cuts are found, so that
    nothing is learnt across them. Ctrl-C keeps what is stored: the same command goes on where it
    stopped. artengine train prepares by itself; this is for footage of several videos, or on
    another disk.

    Examples:

        artengine prepare clip.mp4 -o footage

        artengine prepare monday.mp4 tuesday.mp4 -o commute --size 384x216 --fps 12.5

        artengine train night-drive --data commute
    """
    from artengine.errors import SourceError

    for video in videos:
        if not video.exists():
            raise SourceError(f"there is no file {video}")
    import artengine.nn  # noqa: F401 - loads TensorFlow in silence
    from artengine.catalog import load_catalog
    from artengine.cli.progress import bar
    from artengine.train.prepare import Preparation

    given = {"start": start, "end": end, "fit": fit}
    table = {name: value for name, value in given.items() if value is not None}
    kind = load_catalog().get("source", "video")
    # Whole, for the recipe of what is trained on the footage names the video too.
    sources = [_source(kind, {"path": str(path.absolute()), **table}) for path in videos]
    preparation = Preparation.of(sources, size=parse_size(size), fps=fps, quality=quality)
    try:
        with bar("preparing footage", "frames") as progress:
            manifest = preparation.run(output, progress)
    except KeyboardInterrupt:
        tell("stopped; what is stored is kept, and the same command goes on from there")
        raise typer.Exit(130) from None
    tell(
        f"{manifest.frames} frames at {manifest.fps:g} fps in {len(manifest.cuts) + 1} scenes; "
        f"learn from them with: artengine train PRESET --data {output}"
    )
    answer(output)


def _source(kind: type[Source], table: dict[str, Any]) -> Source:
    from artengine.errors import UsageError
    from artengine.params import check

    found = check(kind, table)
    if isinstance(found, list):
        raise UsageError("; ".join(f"--{one}" if one.place else str(one) for one in found))
    return found
