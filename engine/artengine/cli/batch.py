"""`artengine batch`: render presets and seeds into a gallery."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.cli.options import (
    AsJson,
    Frames,
    PluginFiles,
    Set,
    Size,
    Source,
    overrides,
    sized,
)
from artengine.cli.streams import answer, answers, tell
from artengine.errors import GalleryError

if TYPE_CHECKING:
    from artengine.batch import Outcome


def batch(
    presets: Annotated[
        list[str], typer.Argument(metavar="PRESET", help="Names or files of presets.")
    ],
    gallery: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the pieces.")],
    seeds: Annotated[
        str | None,
        typer.Option(
            "--seed",
            metavar="SEEDS",
            help="Seeds to render each preset with: 7, 0..3 (which is 0,1,2,3) or 1,4,9. By "
            "default the preset's own.",
        ),
    ] = None,
    source: Source = None,
    frames: Frames = None,
    size: Size = None,
    set_: Set = None,
    plugin: PluginFiles = None,
    workers: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="How many pieces to render at the same time; each loads its own network.",
        ),
    ] = 1,
    as_json: AsJson = False,
) -> None:
    """Render presets with many seeds into a gallery.

    Pieces that already exist are skipped, so the same command continues a stopped batch. If a piece
    fails, its error is written to DIR/failed, the others continue, and the exit code is 9. Ctrl-C
    keeps complete pieces and removes the others. Pieces that another batch is rendering are
    skipped.

    Examples:

        artengine batch night-drive classic --gallery gallery

        artengine batch night-drive --seed 0..3 --gallery nights --workers 2

        artengine batch classic --size 1024x1024 --gallery large
    """
    from contextlib import closing

    from natsort import natsorted

    from artengine.batch import parse_seeds, plan, run, set_aside
    from artengine.catalog import load_catalog
    from artengine.cli.progress import bar

    jobs, outcomes = plan(
        presets,
        load_catalog(plugin or []),
        seeds=parse_seeds(seeds) if seeds else (),
        overrides=overrides(
            set_, {"dream.frames": frames, "dream.size": sized(size)}, source=source
        ),
        plugins=plugin or [],
    )
    interrupted = False
    told: set[str] = set()
    for outcome in outcomes:
        set_aside(gallery, outcome)
        # A preset that cannot be used fails alike with every seed; the summary lists each piece.
        if outcome.note not in told:
            _tell(outcome)
        told.add(outcome.note)
    with (
        bar("rendering", "pieces") as progress,
        closing(run(jobs, gallery, workers=workers)) as ended,
    ):
        progress(0, len(jobs))
        try:
            for done, outcome in enumerate(ended, start=1):
                outcomes.append(outcome)
                progress(done, len(jobs))
                _tell(outcome)
        except KeyboardInterrupt:
            interrupted = True
    outcomes = natsorted(outcomes, key=lambda outcome: outcome.name)
    if as_json:
        answer(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    else:
        _print_summary(outcomes)
    if interrupted:
        tell("stopped: complete pieces are kept, and unfinished ones are removed")
        raise typer.Exit(130)
    if any(outcome.status == "failed" for outcome in outcomes):
        tell(f"the errors are in {gallery / 'failed'}")
        raise typer.Exit(GalleryError.exit_code)


def _tell(outcome: Outcome) -> None:
    tell(f"{outcome.status} {outcome.name}{_colon(outcome.note)}")


def _colon(note: str) -> str:
    return f": {note}" if note else ""


def _print_summary(outcomes: Sequence[Outcome]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"rendered": "green", "skipped": "dim", "failed": "red"}
    table = Table("piece", "outcome", box=box.SIMPLE_HEAD)
    table.add_column("seconds", justify="right")
    table.add_column("note", overflow="fold")
    for outcome in outcomes:
        table.add_row(
            Text(outcome.name),
            Text(outcome.status, colours[outcome.status]),
            f"{outcome.seconds:.1f}" if outcome.seconds else "",
            Text(outcome.note),
        )
    Console(file=answers()).print(table)
