"""`artengine train`: let a network learn a clip."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.cli.options import PluginFiles, Seed, Set, overrides
from artengine.cli.streams import answer, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from artengine.catalog import Catalog
    from artengine.cli.interrupt import Interrupt
    from artengine.preset import Override, Preset
    from artengine.train.log import Row
    from artengine.train.loop import Observer
    from artengine.train.progress import Position
    from artengine.train.run import Run


def train(
    preset: Annotated[
        str, typer.Argument(help="A preset's name or file, or a run folder to go on with.")
    ],
    steps: Annotated[int | None, typer.Option(min=1, help="How many batches to train on.")] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="How long to train, in minutes.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="RUN", help="The run folder; by default runs/NAME."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Footage made by artengine prepare, in place of the preset's source."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the run folder's checkpoint.")
    ] = False,
    seed: Seed = None,
    set_: Set = None,
    plugin: PluginFiles = None,
) -> None:
    """Train a preset's network on its source, into a run folder.

    The footage is prepared first, into a cache. Ctrl-C ends the training early and keeps what was
    learnt: being impatient is part of the art. A run folder that was stopped goes on with
    --resume; --steps and --minutes then say how long it shall be in all.

    Weights and the order of what is learnt from go on exactly where they were. A training by
    minutes has a schedule that follows the clock; only one by steps ends as if it had never been
    stopped.

    Examples:

        artengine train night-drive --minutes 10 -o runs/mine

        artengine train swift --set source.path=clip.mp4 --steps 2000

        artengine train runs/mine --resume --minutes 20
    """
    from artengine.catalog import load_catalog
    from artengine.cli.footage import check_files, missing_files, source_of
    from artengine.cli.interrupt import Interrupt
    from artengine.preset import parse_overrides
    from artengine.train.log import read_log
    from artengine.train.loop import train as run_training
    from artengine.train.progress import named_footage
    from artengine.train.workers import this_worker

    catalog = load_catalog(plugin or [])
    prepared_from = [] if data is None else parse_overrides(source_of(data, catalog), "--data")
    changes = [*prepared_from, *overrides(set_, {"seed": seed})]
    loaded, run = _opened(preset, output, catalog, changes, resume=resume)
    loaded = _of_length(loaded, changes, steps, minutes)
    try:
        with Interrupt("stopping after this step, and saving what was learnt") as stop:
            chief = this_worker(loaded.train).number == 0
            if chief:
                run.check(resume=resume)
            rows = read_log(run.log, sys.maxsize) if resume else []
            if data is None and resume and run.checkpoint.is_file():
                data = named_footage(run)
            if data is None:
                check_files(loaded)
            footage = data or _prepare(loaded, stop)
            with _display(loaded.name, stop) as observer:
                position = run_training(
                    loaded,
                    footage,
                    run,
                    catalog,
                    resume=resume,
                    named=data is not None,
                    observer=observer,
                )
    except BaseException as error:
        catalog.notify("on_error", error=error, during="train")
        raise
    word = "stopped" if stop.requested else "trained"
    rest = "the first worker has the run"
    if chief:
        command = ["artengine", "dream", str(run.folder)]
        for file in plugin or []:
            command += ["--plugin", str(file)]
        for name in missing_files(loaded.source):
            command += ["--set", f"source.{name}=FILE"]
        rest = f"{_best(loaded, position)}dream from it with: {shlex.join(command)}"
    tell(f"{word} at step {position.step} after {position.seconds / 60:.1f} min; {rest}")
    if rows and not stop.requested and rows[-1].step == position.step:
        tell("nothing was left to train; give more in all by --steps or --minutes")
    if chief:
        _tell_of_shapes(loaded)
        answer(str(run.folder))
    if stop.requested:
        raise typer.Exit(130)


def _tell_of_shapes(preset: Preset) -> None:
    """Say so where dreams are of another shape than what was learnt."""
    from artengine.frame import same_shape

    learnt, turn = preset.train.size, preset.dream.size
    if turn is None or same_shape(learnt, turn):
        return
    factor = max(1, round(min(turn) / min(learnt)))
    tell(
        f"{learnt[0]}x{learnt[1]} was learnt, but its dreams are {turn[0]}x{turn[1]}, of "
        f"another shape; to see all of it dream with --size {learnt[0] * factor}x"
        f"{learnt[1] * factor}"
    )


def _best(preset: Preset, position: Position) -> str:
    """What is to be said of the best weights; nothing before the first epoch's end."""
    best, name = position.best, preset.model.monitor
    if preset.train.max_horizon > 1:
        return "its dreams are of the last epoch's weights; "
    if best is None:
        return ""
    known = {"psnr": f"PSNR {best:.2f} dB", "ssim": f"SSIM {best:.3f}"}
    return f"best {known.get(name, f'{name} {best:.3f}')}; "


def _opened(
    given: str, output: Path | None, catalog: Catalog, changes: list[Override], *, resume: bool
) -> tuple[Preset, Run]:
    """The preset, or the recipe of the run to go on with, and the run folder."""
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


def _of_length(
    preset: Preset, changes: list[Override], steps: int | None, minutes: float | None
) -> Preset:
    """The preset with the length that options or `--set` give it, in place of all of its own."""
    from artengine.errors import UsageError
    from artengine.train.recipe import with_length

    changed = [change.address for change in changes]
    if ("train", "steps") in changed:
        steps = steps or preset.train.steps
    if ("train", "minutes") in changed:
        minutes = minutes or preset.train.minutes
    if steps is not None and minutes is not None:
        raise UsageError("steps and minutes exclude each other; give one of them")
    if steps is None and minutes is None:
        return preset
    return with_length(preset, steps=steps, minutes=minutes)


def _prepare(preset: Preset, stop: Interrupt) -> Path:
    """Prepare the preset's footage into the cache, or find it there."""
    import artengine.nn  # noqa: F401 - loads TensorFlow in silence
    from artengine.cli.progress import bar
    from artengine.train.cache import prepared

    with bar("preparing footage", "frames") as show:

        def progress(done: int, total: int | None) -> None:
            show(done, total)
            stop.check()

        return prepared(preset.source, preset.train, progress, waiting=stop.check)


@contextmanager
def _display(title: str, stop: Interrupt) -> Iterator[Observer]:
    """A bar with loss and time left, and a line for each epoch, on standard error."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from artengine.cli.progress import started_late
    from artengine.train.loop import Observer

    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("step {task.fields[step]}  loss {task.fields[loss]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )
    with started_late(progress, f"training {title}") as start:
        task = progress.add_task(f"training {title}", total=1.0, step=0, loss="")

        def step(position: Position, loss: float, share: float) -> None:
            start()
            progress.update(task, completed=share, step=position.step, loss=f"{loss:.4f}")

        def epoch(row: Row) -> None:
            console.print(
                f"epoch {row.epoch}: step {row.step}, loss {row.loss:.4f}, "
                f"PSNR {row.psnr:.2f} dB (copied last frame {row.psnr_copy:.2f}), "
                f"SSIM {row.ssim:.3f} ({row.ssim_copy:.3f})"
                + "".join(f", {name} {value:.3f}" for name, value in row.own.items()),
                highlight=False,
            )

        yield Observer(step=step, epoch=epoch, stop=stop)
