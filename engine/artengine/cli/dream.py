"""`artengine dream`: make a film of what a network dreams."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.cli.options import (
    Frames,
    PluginFiles,
    Seed,
    Set,
    Size,
    Source,
    overrides,
    sized,
)
from artengine.cli.preset_to_dream import load_dream, opened_once
from artengine.cli.streams import answer, tell
from artengine.collecting import collect_as_usual, collect_rarely

if TYPE_CHECKING:
    from artengine.dream.render import Rendered
    from artengine.preset import Preset
    from artengine.source import Footage


def dream(
    preset: Annotated[
        str,
        typer.Argument(
            metavar="PRESET|RUN|FILM",
            help="A preset's name or file, a run folder, a gallery piece, or a film that artengine "
            "made.",
        ),
    ],
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A file to write, in place of the preset's; its ending chooses the writer. May be "
            "given several times.",
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace an existing film. By default the new one is called NAME-2, NAME-3 and so "
            "on.",
        ),
    ] = False,
    source: Source = None,
    frames: Frames = None,
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", min=0.001, max=1e6, help="Length of the film, in seconds."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(metavar="FPS", min=0.01, max=1000, help="Frames a second of the film."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="SECONDS|random",
            help="Where in the clip the dream begins; random picks another place for each seed.",
        ),
    ] = None,
    size: Size = None,
    seed: Seed = None,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="Make a quick draft: the whole film in few small frames, with its curves.",
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Make a draft, and again whenever the preset, a preset that it extends, a file "
            "that it reads or a --plugin changes; by default the picture PRESET-preview.sheet.jpg.",
        ),
    ] = False,
    begin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="With --watch, begin the draft at a frame, second or share of the film: 48, 2s or "
            "50%. What comes before is dreamt only once; your changes show from there on.",
        ),
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What computes the network: keras, openvino, onnxruntime (needs "
            "artengine[onnxruntime]), or auto for the quickest.",
        ),
    ] = None,
    profile: Annotated[
        bool,
        typer.Option("--profile", help="Report at the end where the time went."),
    ] = False,
    no_recipe: Annotated[
        bool,
        typer.Option(
            "--no-recipe",
            help="Make a film that carries neither recipe nor title. It cannot be dreamt again.",
        ),
    ] = False,
    set_: Set = None,
    plugin: PluginFiles = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was made as JSON, for programs.")
    ] = False,
) -> None:
    """Dream a film of a preset, a run or another film.

    Every film carries its recipe, even if it was stopped with Ctrl-C: name it in place of a preset
    to dream it again, changed or longer. The files that it was made from are found by their
    content.

    Examples:

        artengine dream night-drive

        artengine dream daybreak --source clip.mp4 --seconds 20

        artengine dream runs/clip -o mine.webm --fps 12 --start 5

        artengine dream night-drive.mp4 --size 1024x1024 --seed 3

        artengine dream classic --set feedback.noise.amount=0.3

        artengine dream mine.toml --watch
    """
    collect_rarely()
    from artengine.catalog import load_catalog
    from artengine.cli.interrupt import Interrupt
    from artengine.cli.progress import bar
    from artengine.cli.unused_settings import refuse_unused
    from artengine.dream.render import render
    from artengine.dream.targets import targets
    from artengine.errors import UsageError

    if frames is not None and seconds is not None:
        raise UsageError("--frames and --seconds exclude each other; give one of them")
    if begin is not None and not watch:
        raise UsageError("--from goes with --watch; to begin elsewhere in the clip, use --start")
    options = {
        "dream.frames": frames,
        "dream.size": sized(size),
        "dream.fps": fps,
        "dream.start": None if start is None else _start(start),
        "dream.runtime": runtime,
        "seed": seed,
    }
    given = overrides(set_, options, source=source)
    load = partial(load_dream, preset, given=given, seconds=seconds, other_clip=source is not None)
    if watch:
        for option, given_too in (("--json", as_json), ("--profile", profile)):
            if given_too:
                raise UsageError(f"--watch and {option} exclude each other; give one of them")
        from artengine.cli.watch import preview_targets, watch_previews

        # Watching may take hours, and each edit leaves a dream for the garbage collector.
        collect_as_usual()
        to_watch = partial(preview_targets, outputs=output or [], overwrite=overwrite)
        watch_previews(load, to_watch, plugin or [], begin=begin, recipe=not no_recipe)
    catalog, footage = load_catalog(plugin or []), opened_once()
    loaded = load(catalog, footage=footage)
    if preview:
        loaded = _preview(loaded, footage(loaded))
    to = targets(loaded, catalog, output or [], Path(), overwrite=overwrite)
    if output:
        refuse_unused(loaded, to, "--output names")
    try:
        with (
            bar(f"dreaming {loaded.name}", "frames") as progress,
            Interrupt("stopping after this frame") as stop,
        ):
            rendered = render(
                loaded, catalog, to, recipe=not no_recipe, progress=progress, stop=stop
            )
    except BaseException as error:
        catalog.notify("on_error", error=error, during="dream")
        raise
    report(rendered, as_json=as_json, profile=profile)
    if rendered.stopped:
        raise typer.Exit(130)


def _preview(preset: Preset, footage: Footage) -> Preset:
    """Return the preset's preview, with file names of its own."""
    from artengine.dream.preview import preview

    names: dict[str, str] = {}
    for number, writer in enumerate(preset.writers):
        ending = next((each for each in writer.suffixes if writer.path.endswith(each)), "")
        stem = writer.path.removesuffix(ending)
        names[f"writers.{number}.path"] = f"{stem}-preview{ending}"
    return preview(preset, fps=footage.fps, size=footage.size).with_values(names)


def _start(text: str) -> float | str:
    """Parse `--start`: a number of seconds, or a word that the preset's table checks."""
    try:
        return float(text)
    except ValueError:
        return text


def report(rendered: Rendered, *, as_json: bool, profile: bool = False) -> None:
    """Report what was made: the files on standard output, the rest on standard error.

    Args:
        profile: whether to report where the time went.
    """
    from artengine.cli.stage_times import as_data, as_lines
    from artengine.counts import counted

    stages = rendered.profile if profile else None
    if as_json:
        import json

        made = {
            "files": [str(file) for file in rendered.files],
            "frames": rendered.frames,
            "seconds": round(rendered.seconds, 3),
            "stopped": rendered.stopped,
            "kept": {str(file): str(kept) for file, kept in rendered.kept.items()},
            **({"profile": as_data(stages)} if stages else {}),
        }
        answer(json.dumps(made, indent=2))
        return
    if rendered.quickest is not None:
        tell(str(rendered.quickest))
    word = "stopped after" if rendered.stopped else "dreamt"
    tell(f"{word} {counted(rendered.frames, 'frame')} in {rendered.seconds:.1f} s")
    if rendered.files and rendered.resized:
        tell(rendered.resized)
    if not rendered.files:
        tell("no film was made")
    for file in rendered.files:
        answer(str(file))
    for file, kept in rendered.kept.items():
        tell(f"{kept} was there already and is kept; the new one is {file.name}")
    for line in as_lines(stages) if stages else ():
        tell(line)
