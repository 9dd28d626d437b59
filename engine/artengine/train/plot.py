"""Plotting of a training's log."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.train.log import Row

LEAST_SECONDS = 30.0
"""Minimum time between the training's start or the last plot and the next plot."""


class LogPlot:
    """Plots a log at most every half a minute, because a plot takes a quarter of a second.

    `finish` draws pending rows. So the plot of a training that is killed lacks only epochs that
    ended within half a minute after the last one it shows.

    Args:
        path: the PNG file of the plot.
        clock: returns the time in seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._drawn_at = clock()
        self._left: Sequence[Row] = ()

    def add(self, rows: Sequence[Row]) -> None:
        """Draw the rows of a log after one has been added, or keep them as pending."""
        if self._clock() - self._drawn_at < LEAST_SECONDS:
            self._left = tuple(rows)
        else:
            self._draw(rows)

    def finish(self) -> None:
        """Draw pending rows."""
        if self._left:
            self._draw(self._left)

    def _draw(self, rows: Sequence[Row]) -> None:
        draw_log(self._path, rows)
        self._drawn_at, self._left = self._clock(), ()


def draw_log(path: Path, rows: Sequence[Row]) -> None:
    """Plot loss, PSNR and SSIM over the steps, with the copy-last baseline as dashed lines."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6))
    # Use a fixed layout: an automatic one draws everything twice.
    figure.subplots_adjust(left=0.05, right=0.99, bottom=0.14, top=0.91, wspace=0.16)
    steps = [row.step for row in rows]
    panels = (
        ("loss", "loss", None),
        ("PSNR, dB", "psnr", "psnr_copy"),
        ("SSIM", "ssim", "ssim_copy"),
    )
    for number, (title, name, copy) in enumerate(panels, start=1):
        axes = figure.add_subplot(1, 3, number, title=title, xlabel="step")
        axes.plot(steps, [getattr(row, name) for row in rows], label="network", marker=".")
        if copy:
            axes.plot(steps, [getattr(row, copy) for row in rows], "--", label="copy-last")
            axes.legend()
        axes.grid(alpha=0.3)
    with atomic_write(path) as unfinished:
        figure.savefig(unfinished, dpi=100, format="png")
