"""The progress of a command, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from artengine.cli.streams import tell
from artengine.errors import one_line

Show = Callable[[int, int | None], None]


def bar(title: str, unit: str) -> AbstractContextManager[Show]:
    """Show progress; yields a function to call with (done, total).

    On a terminal this is a bar. Elsewhere one line is printed at the end, because the library that
    draws bars is slow to import.
    """
    if sys.stderr.isatty():
        from artengine.cli.live_bar import live_bar

        return live_bar(title, unit)
    return _printed_at_the_end(one_line(title), unit)


@contextmanager
def _printed_at_the_end(title: str, unit: str) -> Iterator[Show]:
    calls: list[tuple[float, int, int | None]] = []

    def update(done: int, total: int | None) -> None:
        calls[1:] = [(time.monotonic(), done, total)]

    try:
        yield update
    finally:
        if calls:
            tell(_line(title, unit, calls))


def _line(title: str, unit: str, calls: list[tuple[float, int, int | None]]) -> str:
    """Format the final line from the first call and the last one."""
    began, first, _ = calls[0]
    ended, done, total = calls[-1]
    of = "" if total is None else f"/{total}"
    rate = f" {(done - first) / (ended - began):.1f}/s" if done > first and ended > began else ""
    return f"{title} {done}{of} {unit}{rate}"
