"""The plot of a report: each curve of a film, and where it leaves the band of life."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from artengine.atomic import atomic_write
from artengine.measure.life import BAND, BANDED, FIRST, LEAST_DRIFT, LEAST_RETURN, Curve

if TYPE_CHECKING:
    from artengine.measure.report import Report

_ALIVE, _BAND, _INK, _FAULT, _FAINT = "#2f9e64", "#d9f0e2", "#24384f", "#d64545", "#8a94a0"

# Curves are drawn as multiples of their reference, on a logarithmic scale of base 2; values beyond
# these edges are drawn at the edge.
_EDGES = (1 / 32, 32.0)
_TICKS = (1 / 16, 1 / 4, 1.0, 4.0, 16.0)
_RUNS_FROM = 500


def draw(report: Report, path: Path, title: str = "") -> None:
    """Draw a report as a PNG.

    Each curve is divided by its reference: motion, contrast and detail by the clip's medians,
    return by the clip's median motion, drift by the motion of the same frame. The band of life is
    shaded, values outside of it are red, and a strip at the bottom shows which frames are alive.

    Args:
        report: the report to draw.
        path: the file to write; an existing one is replaced.
        title: the names of film and clip.

    Raises:
        OSError: when it cannot be written.
    """
    names = ("motion", "contrast", "detail", "return", "drift")
    figure = Figure(figsize=(11, 8.6), layout="constrained", facecolor="white")
    *panels, strip = figure.subplots(
        len(names) + 1, 1, sharex=True, height_ratios=[1] * len(names) + [0.28]
    )
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, report, name)
    _strip(strip, report)
    figure.suptitle(_headline(report, title), fontsize=13, color=_INK, parse_math=False)
    with atomic_write(path) as unfinished:
        figure.savefig(unfinished, dpi=110, format="png")


def _headline(report: Report, title: str) -> str:
    fate = "it does not die" if report.death is None else f"it dies at frame {report.death}"
    values = f"vitality {report.vitality:.2f}     kinship {report.kinship:.2f}     {fate}"
    return f"{title}\n{values}" if title else values


def _panel(axes: Axes, report: Report, name: str) -> None:
    film, clip = report.life.film, report.life.medians
    if name in BANDED:
        shown, against = _ratio(getattr(film, name), clip[name]), "the clip's median"
        low, high = BAND
    elif name == "return":
        shown, against = _ratio(film.back, clip["motion"]), "the clip's motion"
        low, high = LEAST_RETURN, _EDGES[1]
    else:
        shown, against = _ratio(film.drift, film.motion), "the frame's motion"
        low, high = LEAST_DRIFT, _EDGES[1]
    numbers = np.arange(len(shown))
    axes.axhspan(low, high, color=_BAND, linewidth=0)
    axes.axhline(1, color="white", linewidth=1)
    _line(axes, shown)
    out = ~report.life.kept[name] & (numbers >= FIRST)
    axes.plot(numbers[out], shown[out], ".", color=_FAULT, markersize=3.5, rasterized=True)
    _scale(axes, _TICKS if name != "drift" else (1 / 16, 1 / 4, LEAST_DRIFT, 4.0, 16.0))
    share = report.life.kept[name][FIRST:].mean()
    axes.set_title(name, loc="left", fontsize=11, color=_INK, fontweight="bold")
    axes.set_title(
        f"as a multiple of {against};  kept by {_percent(share)} of the frames",
        loc="right",
        fontsize=9,
        color=_FAINT,
    )
    _frame(axes, len(shown))


def _ratio(curve: Curve, unit: Curve | float) -> Curve:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(curve / unit, *_EDGES)


def _line(axes: Axes, shown: Curve) -> None:
    """Draw the curve; for a long film pale, with its running median on top."""
    if len(shown) < _RUNS_FROM:
        axes.plot(shown, color=_INK, linewidth=1.1)
        return
    axes.plot(shown, color=_INK, linewidth=0.5, alpha=0.4)
    window = len(shown) // 100 | 1
    windows = np.lib.stride_tricks.sliding_window_view(shown, window)
    numbers = np.arange(len(windows)) + window // 2
    axes.plot(numbers, np.median(windows, axis=1), color=_INK, linewidth=1.3)


def _scale(axes: Axes, ticks: Sequence[float]) -> None:
    axes.set_yscale("log", base=2)
    axes.set_ylim(*_EDGES)
    axes.yaxis.set_major_locator(FixedLocator(list(ticks)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"1/{1 / value:.0f}" if value < 1 else f"{value:g}")
    )


def _strip(axes: Axes, report: Report) -> None:
    """Draw alive frames green, dead ones red and unmeasured ones grey."""
    alive = report.life.alive
    axes.imshow(
        _colours(alive)[None],
        aspect="auto",
        extent=(-0.5, len(alive) - 0.5, 0, 1),
        interpolation="none",
    )
    death = "" if report.death is None else ";  the black line is its death"
    axes.set_title("alive", loc="left", fontsize=11, color=_ALIVE, fontweight="bold")
    axes.set_title(
        f"dead frames are red;  those before {FIRST} are not measured{death}",
        loc="right",
        fontsize=9,
        color=_FAINT,
    )
    axes.set_yticks([])
    axes.set_xlabel("frame", color=_INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    _frame(axes, len(alive))
    if report.death is not None:
        axes.axvline(report.death, color="black", linewidth=2)


def _colours(alive: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Curve:
    """Return RGB `(N, 3)`; a film longer than 1000 frames is averaged down to that many colours."""
    colours = np.where(alive[:, None], _rgb(_ALIVE), _rgb(_FAULT))
    colours[:FIRST] = _rgb("#d5d9de")
    most = 1000
    if len(colours) <= most:
        return colours
    edges = np.linspace(0, len(colours), most + 1).astype(int)
    return np.add.reduceat(colours, edges[:-1]) / np.diff(edges)[:, None]


def _rgb(colour: str) -> Curve:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float64) / 255


def _frame(axes: Axes, length: int) -> None:
    axes.set_xlim(-0.5, length - 0.5)
    axes.tick_params(colors=_FAINT, labelsize=9, length=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color("#c3c9d0")
    axes.axvline(FIRST, color=_FAINT, linewidth=0.8, linestyle=":")


def _percent(share: float) -> str:
    return f"{share:.0%}" if share in (0, 1) else f"{min(max(share, 0.01), 0.99):.0%}"
