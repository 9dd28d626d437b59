"""`artengine dream`: film what a network dreams."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.cli.options import Frames, PluginFiles, Seed, Set, Size, overrides
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from artengine.dream.render import Rendered


def dream(
    preset: Annotated[
        str,
        typer.Argument(help="A preset's name or file, a run folder, a gallery piece, or a film."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="The film to write; its ending chooses the writer. By default the preset's own.",
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace a film that is there already; without it, the new one is called "
            "NAME-2, NAME-3 and so on.",
        ),
    ] = False,
    frames: Frames = None,
    size: Size = None,
    seed: Seed = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What computes the network: keras, or openvino where artengine[openvino] is "
            "installed.",
        ),
    ] = None,
    set_: Set = None,
    plugin: PluginFiles = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was made as JSON, for programs.")
    ] = False,
) -> None:
    """Dream a preset and film it.

    Examples:

        artengine dream night-drive

        artengine dream night-drive -o mine.webm --frames 100 --seed 3

        artengine dream runs/mine --size 1024x1024 --set dream.truth_frames=1

        artengine dream classic --set feedback.0.noise=0.3

        artengine dream night-drive --runtime openvino
    """
    from artengine.catalog import load_catalog
    from artengine.cli.footage import check_files
    from artengine.cli.interrupt import Interrupt
    from artengine.cli.progress import bar
    from artengine.dream.render import render
    from artengine.dream.targets import targets
    from artengine.preset import load_preset, parse_overrides

    catalog = load_catalog(plugin or [])
    given = overrides(set_, {"dream.frames": frames, "dream.size": size, "seed": seed})
    if runtime is not None:
        given = [*parse_overrides([f"dream.runtime={_runtime(runtime)}"]), *given]
    loaded = load_preset(preset, catalog, given)
    check_files(loaded)
    outputs = [] if output is None else [output]
    to = targets(loaded, catalog, outputs, Path(), overwrite=overwrite)
    try:
        with (
            bar(f"dreaming {loaded.name}", "frames") as progress,
            Interrupt("stopping after this frame") as stop,
        ):
            rendered = render(loaded, catalog, to, progress=progress, stop=stop)
    except BaseException as error:
        catalog.notify("on_error", error=error, during="dream")
        raise
    report(rendered, as_json=as_json)
    if rendered.stopped:
        raise typer.Exit(130)


def _runtime(name: str) -> str:
    from artengine.errors import UsageError
    from artengine.params import check
    from artengine.settings import DreamSettings

    checked = check(DreamSettings, {"runtime": name})
    if isinstance(checked, list):
        raise UsageError(f"--{checked[0]}")
    return name


def report(rendered: Rendered, *, as_json: bool) -> None:
    """Say what was made: the files on standard output, the rest on standard error."""
    if as_json:
        import json

        facts = {
            "files": [str(file) for file in rendered.files],
            "frames": rendered.frames,
            "seconds": round(rendered.seconds, 3),
            "stopped": rendered.stopped,
            "kept": {str(file): str(kept) for file, kept in rendered.kept.items()},
        }
        answer(json.dumps(facts, indent=2))
        return
    rate = rendered.frames / max(rendered.seconds, 1e-9)
    word = "stopped after" if rendered.stopped else "dreamt"
    tell(f"{word} {rendered.frames} frames in {rendered.seconds:.1f} s ({rate:.1f} a second)")
    if not rendered.files:
        tell("no film was made")
    for file in rendered.files:
        answer(str(file))
    for file, kept in rendered.kept.items():
        tell(f"{kept} was there already and is kept; {file.name} is the new film")
