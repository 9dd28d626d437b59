"""Progress bars on standard error."""

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


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Text as `24.1/s`, or nothing before the first."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def bar(title: str, unit: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar with count, rate and time left; yields what is called with (done, total).

    Until the first call there is a spinner, which leaves no trace when an error comes instead.
    """
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with started_late(progress, title) as start:
        task = progress.add_task(title, total=None)

        def update(done: int, total: int | None) -> None:
            start()
            progress.update(task, completed=done, total=total)

        yield update


@contextmanager
def started_late(progress: Progress, title: str) -> Iterator[Callable[[], None]]:
    """Show a spinner until what is yielded is first called, and the progress from then on."""
    spinner = progress.console.status(f"{title}: getting ready")
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
        progress.stop()
