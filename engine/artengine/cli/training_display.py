"""The output of `artengine train` on standard error, while it trains and when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from artengine.cli.streams import tell
from artengine.errors import one_line
from artengine.subprocesses import command_line

if TYPE_CHECKING:
    from artengine.cli.interrupt import Interrupt
    from artengine.frame import Size
    from artengine.preset import Preset
    from artengine.train.log import Row
    from artengine.train.loop import Observer
    from artengine.train.progress import TrainingProgress


@contextmanager
def display(preset: Preset, stop: Interrupt) -> Iterator[Observer]:
    """Show a bar with loss and time left, a line for each epoch, and one forecast."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from artengine.cli.live_bar import started_late
    from artengine.train.forecast import Forecast
    from artengine.train.loop import Observer

    model = preset.model
    forecast = Forecast(preset.train, model.name, model.crisp_after)
    console = Console(stderr=True)
    # Do not wrap lines in a log file, which has no width.
    unbroken = not console.is_terminal
    say = partial(console.print, highlight=False, markup=False, soft_wrap=unbroken)
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("step {task.fields[step]}  loss {task.fields[loss]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )
    title = one_line(f"training {preset.title}")
    with started_late(progress, title) as start:
        task = progress.add_task(title, total=1.0, step=0, loss="")

        def step(trained: TrainingProgress, loss: float, share: float) -> None:
            start()
            progress.update(task, completed=share, step=trained.step, loss=f"{loss:.4f}")
            expected = forecast.after_step(trained.step, trained.seconds)
            if expected:
                say(expected)

        def epoch(row: Row) -> None:
            say(_epoch_line(row))

        def begun(weights: str | None) -> None:
            forecast.from_random = weights is None and model.initial_weights is not None
            if weights is not None:
                say(f"it begins with the packaged weights {weights}, and trains them on your clip")

        yield Observer(begun=begun, step=step, epoch=epoch, stop=stop)


def _epoch_line(row: Row) -> str:
    own = "".join(f", {name} {value:.3f}" for name, value in row.own.items())
    return (
        f"epoch {row.epoch}: step {row.step}, loss {row.loss:.4f}, "
        f"PSNR {row.psnr:.2f} dB (copy-last {row.psnr_copy:.2f}), "
        f"SSIM {row.ssim:.3f} (copy-last {row.ssim_copy:.3f}){own}"
    )


def tell_end(preset: Preset, progress: TrainingProgress, *, stopped: bool) -> None:
    """Report how far a training came, and how good its best weights are."""
    word = "stopped" if stopped else "trained"
    minutes = progress.seconds / 60
    best = _best(preset, progress, stopped=stopped)
    tell(f"{word} at step {progress.step} after {minutes:.1f} min{best}")


def _best(preset: Preset, progress: TrainingProgress, *, stopped: bool) -> str:
    """Describe the best weights; empty before the end of the first epoch."""
    best, name = progress.best, preset.model.monitor
    if best is None:
        return ""
    if preset.train.max_horizon > 1:
        last = "weights of the last complete epoch" if stopped else "last weights"
        return f"; dreams use best.weights.h5, which holds the {last}"
    known = {"psnr": f"PSNR {best:.2f} dB", "ssim": f"SSIM {best:.3f}"}
    return f"; best {known.get(name, f'{name} {best:.3f}')}"


def tell_next(preset: Preset, run: Path, learnt: Size, plugins: Sequence[Path]) -> None:
    """Print the command that dreams from a run, and note if its frames have another shape.

    Args:
        preset: the trained preset.
        run: the run folder.
        learnt: width and height of the training frames.
        plugins: the plugin files that the dream needs.
    """
    from artengine.cli.clip import missing_files, naming
    from artengine.frame import same_shape

    words = ["artengine", "dream", str(run)]
    for file in plugins:
        words += ["--plugin", str(file)]
    for name in missing_files(preset.source):
        words += naming(name)
    tell(f"dream from it: {command_line(words)}")
    dreamt = preset.dream.size_of(learnt)
    if same_shape(learnt, dreamt):
        return
    factor = max(1, round(min(dreamt) / min(learnt)))
    whole = f"{learnt[0] * factor}x{learnt[1] * factor}"
    tell(
        f"the network learnt frames of {learnt[0]}x{learnt[1]}, and dreams are {dreamt[0]}x"
        f"{dreamt[1]}, another shape: they show a part; to see all of it add --size {whole}"
    )
