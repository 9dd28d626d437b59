"""`artengine prepare`: store the frames of videos for training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artengine.cli.options import parse_size
from artengine.cli.streams import answer, tell
from artengine.counts import counted
from artengine.subprocesses import command_line

if TYPE_CHECKING:
    from artengine.source import Source


def prepare(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO", help="Video files.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to store the frames in.")
    ],
    size: Annotated[
        str,
        typer.Option(
            metavar="N|WxH|auto",
            help="Width and height to store, in pixels. auto keeps the first video's shape, at "
            "about 65,000 pixels.",
        ),
    ] = "auto",
    fps: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            max=1000,
            help="Frames a second to store; by default those of the first video.",
        ),
    ] = None,
    start: Annotated[
        float | None,
        typer.Option(metavar="S", min=0, help="Where to begin in each video, in seconds."),
    ] = None,
    end: Annotated[
        float | None,
        typer.Option(metavar="S", min=0, help="Where to end in each video, in seconds."),
    ] = None,
    fit: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="What to do with a video of another shape than the size: crop, stretch or pad.",
        ),
    ] = None,
    quality: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=100, help="JPEG quality; 100 stores lossless PNG."),
    ] = 95,
) -> None:
    """Store the frames of videos for training.

    Several videos become one data set, in the order given. Scene cuts are detected, and no training
    example spans one. artengine train does this by itself; use this command to learn from several
    videos, or to choose where the frames are stored.

    Ctrl-C keeps what is stored, and the same command continues it.

    Examples:

        artengine prepare clip.mp4 -o footage

        artengine prepare monday.mp4 tuesday.mp4 -o commute --size 384x216

        artengine train recall --data commute
    """
    from artengine.errors import SourceError
    from artengine.near_file import near_file

    for video in videos:
        if not video.exists():
            raise SourceError(f"there is no file {video}{near_file(video)}")
    import artengine.nn  # noqa: F401 - loads TensorFlow without its messages
    from artengine.catalog import load_catalog
    from artengine.cli.clip import tell_shape
    from artengine.cli.progress import bar
    from artengine.train.prepare import Preparation
    from artengine.train.shape import training_size

    given = {"start": start, "end": end, "fit": fit}
    table = {name: value for name, value in given.items() if value is not None}
    kind = load_catalog().get("source", "video")
    # Absolute, because recipes of networks trained on the frames name the video too.
    sources = [_source(kind, {"path": str(path.absolute()), **table}) for path in videos]
    stored = training_size("auto" if size == "auto" else parse_size(size), sources[0])
    for source in sources:
        tell_shape(source, stored, "--fit says how")
    preparation = Preparation.of(sources, size=stored, fps=fps, quality=quality)
    try:
        with bar("preparing footage", "frames") as progress:
            manifest = preparation.run(output, progress)
    except KeyboardInterrupt:
        tell("stopped; the stored frames are kept, and the same command continues")
        raise typer.Exit(130) from None
    tell(
        f"{counted(manifest.frames, 'frame')} at {manifest.fps:g} fps in "
        f"{counted(len(manifest.cuts) + 1, 'scene')}; "
        f"learn from them: {command_line([*_TRAIN, str(output)])}"
    )
    answer(output)


_TRAIN = ("artengine", "train", "recall", "--data")


def _source(kind: type[Source], table: dict[str, Any]) -> Source:
    from artengine.errors import UsageError
    from artengine.params import check

    found = check(kind, table)
    if isinstance(found, list):
        raise UsageError("; ".join(f"--{one}" if one.address else str(one) for one in found))
    return found
