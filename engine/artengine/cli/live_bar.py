"""Progress bars on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from artengine.errors import one_line


class Rate(ProgressColumn):
    """The average rate per second since the first item."""

    def render(self, task: Task) -> Text:
        """Return text such as `24.1/s`; empty before the second item."""
        seconds, done = task.elapsed, task.completed - 1
        text = f"{done / seconds:.1f}/s" if seconds and done > 0 else ""
        return Text(text, style="progress.data.speed")


@contextmanager
def live_bar(title: str, unit: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a spinner until the first call, then a bar with count, rate and time left; an error
    removes the spinner. See `artengine.cli.progress.bar`."""
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    title = one_line(title)
    with started_late(progress, title) as start:
        task = progress.add_task(title, total=None, start=False)

        def update(done: int, total: int | None) -> None:
            start()
            progress.start_task(task)
            progress.update(task, completed=done, total=total)

        yield update


@contextmanager
def started_late(progress: Progress, title: str) -> Iterator[Callable[[], None]]:
    """Show a spinner until the yielded function is first called, and then the progress."""
    spinner = progress.console.status(Text(f"{one_line(title)}: getting ready"))
    if progress.console.is_terminal:
        spinner.start()

    def start() -> None:
        if not progress.live.is_started:
            spinner.stop()
            progress.start()

    try:
        yield start
    finally:
        spinner.stop()
        if progress.live.is_started:
            progress.stop()
