"""`artengine train`: train a network on a clip."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.cli.options import PluginFiles, Seed, Set, Source, overrides
from artengine.cli.streams import answer, tell
from artengine.counts import counted

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.cli.interrupt import Interrupt
    from artengine.preset import Override, Preset
    from artengine.settings import TrainSettings
    from artengine.train.run import Run

COMPLETE = "it was complete already; to train longer give a larger total by --steps or --minutes"
"""What is said of a run that has nothing left to train."""


def train(
    preset: Annotated[
        str,
        typer.Argument(
            metavar="CLIP|PRESET|RUN",
            help="A video file or folder of pictures to learn; a preset's name or file; or a run "
            "folder to continue.",
        ),
    ],
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many batches to train on."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(metavar="M", min=0.01, help="How long to train, in minutes.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="RUN", help="The run folder; by default runs/NAME."),
    ] = None,
    source: Source = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Frames stored by artengine prepare, in place of the preset's source.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from the run folder's checkpoint.")
    ] = False,
    seed: Seed = None,
    set_: Set = None,
    plugin: PluginFiles = None,
) -> None:
    """Train a network on a clip, into a run folder.

    A clip is learnt with the packaged preset "recall", in ten minutes unless --minutes or --steps
    says otherwise. A preset is trained on its own source, or on the clip that --source names.

    Ctrl-C ends the training early and keeps what was learnt, ready to dream from. --resume
    continues it; --steps and --minutes are then totals that include the earlier training.

    With --steps, a training that was interrupted and resumed ends with exactly the weights of an
    uninterrupted one. With --minutes it does not: the learning rate follows the clock.

    Examples:

        artengine train clip.mp4

        artengine train clip.mp4 --minutes 60 -o runs/long

        artengine train flow --source clip.mp4 --steps 2000

        artengine train runs/clip --resume --minutes 20
    """
    from artengine.catalog import load_catalog
    from artengine.cli.clip import LEARNER, check_files, is_clip, source_of
    from artengine.cli.interrupt import Interrupt
    from artengine.cli.training_display import display, tell_end, tell_next
    from artengine.preset import parse_overrides
    from artengine.train.footage import PreparedFootage
    from artengine.train.initial import initial_weights
    from artengine.train.log import read_log
    from artengine.train.loop import train as run_training
    from artengine.train.resume import completed, user_footage
    from artengine.train.workers import this_worker

    catalog = load_catalog(plugin or [])
    prepared_from = [] if data is None else parse_overrides(source_of(data, catalog), "--data")
    changes = [*prepared_from, *overrides(set_, {"seed": seed}, source=source)]
    clip = is_clip(preset, catalog)
    opened = _load_for_clip if clip else _load_preset
    loaded, run = opened(preset, output, catalog, changes, resume=resume)
    loaded = _with_length(loaded, changes, steps, minutes)
    initial_weights(loaded)  # missing weights are refused before footage is prepared
    try:
        with Interrupt("stopping after this step; the run is kept") as stop:
            worker = this_worker(loaded.train)
            chief = worker.number == 0
            if chief:
                run.check(resume=resume)
            # Other settings or footage are first checked against the checkpoint.
            if resume and worker.count == 1 and not changes and data is None:
                done = completed(run, loaded.train)
                if done is not None:
                    tell_end(loaded, done, stopped=False)
                    tell(COMPLETE)
                    answer(run.folder)
                    return
            if clip:
                tell(
                    f"learning {preset} with the preset {LEARNER} for {_length(loaded.train)}, "
                    f"into {run.folder}; Ctrl-C ends it early and keeps what was learnt"
                )
            rows = read_log(run.log, sys.maxsize) if resume else []
            if data is None and resume and run.checkpoint.is_file():
                data = user_footage(run)
            if data is None:
                check_files(loaded)
            footage = data or _prepare(loaded, stop)
            with display(loaded, stop) as observer:
                trained = run_training(
                    loaded,
                    footage,
                    run,
                    catalog,
                    resume=resume,
                    user_footage=data is not None,
                    observer=observer,
                )
    except BaseException as error:
        catalog.notify("on_error", error=error, during="train")
        raise
    tell_end(loaded, trained, stopped=stop.requested)
    if rows and not stop.requested and rows[-1].step == trained.step:
        tell(COMPLETE)
    if chief:
        tell_next(loaded, run.folder, PreparedFootage.open(footage).manifest.size, plugin or [])
        answer(run.folder)
    else:
        tell("the first worker writes the run folder")
    if stop.requested:
        raise typer.Exit(130)


def _load_for_clip(
    clip: str, output: Path | None, catalog: Catalog, changes: list[Override], *, resume: bool
) -> tuple[Preset, Run]:
    """Return the packaged preset that learns a clip, or its run's recipe, and the run folder."""
    from artengine.cli.clip import LEARNER, clip_name, learner_overrides
    from artengine.preset import load_preset
    from artengine.preset.find import is_file
    from artengine.train.run import Run

    run = Run(Path("runs") / clip_name(clip) if output is None else output)
    if resume and is_file(run.recipe):
        return load_preset(run.recipe, catalog, changes), run
    return load_preset(LEARNER, catalog, [*learner_overrides(clip), *changes]), run


def _load_preset(
    given: str, output: Path | None, catalog: Catalog, changes: list[Override], *, resume: bool
) -> tuple[Preset, Run]:
    """Return the preset, or the recipe of the run to continue, and the run folder."""
    from artengine.preset import load_preset
    from artengine.preset.find import is_file
    from artengine.train.run import Run

    run = Run(Path(given) if output is None else output)
    loaded = None
    if output is None and not is_file(run.checkpoint):
        loaded = load_preset(given, catalog, changes)
        run = Run(Path("runs") / loaded.name)
    if resume and is_file(run.recipe):
        return load_preset(run.recipe, catalog, changes), run
    return loaded or load_preset(given, catalog, changes), run


def _length(settings: TrainSettings) -> str:
    """Return the length of a training, such as "10 minutes" or "2,000 steps"."""
    from artengine.train.schedule import DEFAULT_MINUTES

    if settings.steps is not None:
        return counted(settings.steps, "step")
    minutes = settings.minutes or DEFAULT_MINUTES
    return "1 minute" if minutes == 1 else f"{minutes:g} minutes"


def _with_length(
    preset: Preset, changes: list[Override], steps: int | None, minutes: float | None
) -> Preset:
    """Return the preset with the length that options or `--set` give in place of its own."""
    from artengine.errors import UsageError

    changed = [change.address for change in changes]
    if ("train", "steps") in changed:
        steps = steps or preset.train.steps
    if ("train", "minutes") in changed:
        minutes = minutes or preset.train.minutes
    if steps is not None and minutes is not None:
        raise UsageError("steps and minutes exclude each other; give one of them")
    if steps is None and minutes is None:
        return preset
    return preset.with_values({"train.steps": steps, "train.minutes": minutes})


def _prepare(preset: Preset, stop: Interrupt) -> Path:
    """Prepare the preset's footage in the cache, or find it there."""
    import artengine.nn  # noqa: F401 - loads TensorFlow without its messages
    from artengine.cli.clip import tell_shape
    from artengine.cli.progress import bar
    from artengine.train.cache import prepared

    if preset.train.size != "auto":
        tell_shape(preset.source, preset.train.size, "--set train.size=auto keeps its shape")
    with bar("preparing footage", "frames") as show:

        def progress(done: int, total: int | None) -> None:
            show(done, total)
            stop.check()

        return prepared(preset.source, preset.train, progress, waiting=stop.check)
