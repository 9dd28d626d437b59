"""Plot a preset's curves over its film."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from artengine.atomic import atomic_write
from artengine.counts import counted
from artengine.curves import TEXT, Curve
from artengine.curves.governed import Governed
from artengine.dream.curve_values import CurveValues, Values
from artengine.errors import one_line
from artengine.params import quoted
from artengine.params.declaration import is_path

MOST_CURVES = 40
"""Maximum number of curves in one picture."""

_INK, _BAR, _BEAT, _FAINT = "#24384f", "#9db2c9", "#dde5ee", "#8a94a0"
_MOST_LINES = 120
_JUMP = 4.0


def draw(found: CurveValues, curves: Mapping[str, Curve], path: Path, title: str) -> None:
    """Draw curves as a PNG: a panel for each, followed by the film's sounds, beats and bars.

    Args:
        found: their values; at most `MOST_CURVES` curves are drawn.
        curves: the curves, by the same addresses.
        path: the file to write or replace.
        title: the preset's title.

    Raises:
        OSError: when the file cannot be written.
    """
    addresses = list(found.values)[:MOST_CURVES]
    count = len(addresses) + len(found.waves)
    height = 0.95 * count + 1.5
    figure = Figure(figsize=(11, height), layout="constrained", facecolor="white")
    *panels, strip = figure.subplots(
        count + 1, 1, sharex=True, height_ratios=[1] * count + [0.42], squeeze=False
    )[:, 0]
    seconds = np.arange(found.count) / found.fps
    for axes, address in zip(panels, addresses, strict=False):
        written = _written(curves[address])
        if address in found.at_rest:
            written = f"at rest, for it depends on the dream: {written}"
        _panel(axes, seconds, found.values[address], address, written)
        curve = curves[address]
        if isinstance(curve, Governed):
            _span(axes, *sorted((curve.low, curve.high)))
    for axes, (name, loud) in zip(panels[len(addresses) :], found.waves.items(), strict=True):
        _wave(axes, seconds, loud, name)
    for axes in panels:
        _lines(axes, found)
    _strip(strip, found)
    more = len(found.values) - len(addresses)
    rest = f" (and {counted(more, 'more curve')})" if more else ""
    figure.suptitle(f"{_short(title)}{rest}", color=_INK, parse_math=False)
    with atomic_write(path) as unfinished, warnings.catch_warnings():
        # Characters missing in the font are drawn as boxes.
        warnings.filterwarnings("ignore", "Glyph")
        figure.savefig(unfinished, dpi=110, format="png")


def _written(curve: Curve) -> str:
    if isinstance(curve, Governed):
        return f"holds {curve.hold} between {curve.low:g} and {curve.high:g}"
    given = curve.model_dump(mode="json", exclude_unset=True)
    for name in given:
        if isinstance(given[name], str) and is_path(type(curve).model_fields[name]):
            given[name] = Path(given[name]).name
    text = given[TEXT] if set(given) == {TEXT} else quoted(given)
    return _short(text)


def _short(text: str) -> str:
    """A text on one line, truncated to 80 characters."""
    text = one_line(text)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _panel(axes: Axes, seconds: Values, values: Values, address: str, written: str) -> None:
    axes.plot(*with_jumps(seconds, values), color=_INK, linewidth=1.2, zorder=3)
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.12 or max(abs(low) * 0.1, 0.1)
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
    # The text may contain what matplotlib would parse as mathematics.
    axes.set_title(address, loc="left", fontsize=9, color=_INK, fontweight="bold", parse_math=False)
    axes.set_title(written, loc="right", fontsize=8, color=_FAINT, parse_math=False)
    _frame(axes)


def with_jumps(seconds: Values, values: Values) -> tuple[Values, Values]:
    """Return the points of a line that is vertical, rather than sloped, where the value jumps.

    A jump is a change by more than `_JUMP` times the changes in the frames before and after.

    Args:
        seconds: time of each frame.
        values: value at each frame.
    """
    changes = np.abs(np.diff(values, prepend=values[0], append=values[-1]))
    around = np.maximum(changes[:-2], changes[2:])
    places = 1 + np.flatnonzero(changes[1:-1] > _JUMP * around)
    return np.insert(seconds, places, seconds[places]), np.insert(
        values, places, values[places - 1]
    )


def _span(axes: Axes, low: float, high: float) -> None:
    """Draw the range of a governor's number."""
    axes.axhspan(low, high, color=_BEAT, zorder=0)
    axes.set_ylim(low - 0.12 * (high - low), high + 0.12 * (high - low))


def _wave(axes: Axes, seconds: Values, loud: Values, name: str) -> None:
    """Draw the loudness of a sound, as in an audio editor."""
    axes.fill_between(seconds, -loud, loud, color=_BAR, linewidth=0.5, zorder=3)
    axes.set_ylim(-1.05, 1.05)
    axes.set_yticks([])
    axes.set_title(
        f"audio.{name}", loc="left", fontsize=9, color=_INK, fontweight="bold", parse_math=False
    )
    _frame(axes)


def _lines(axes: Axes, found: CurveValues) -> None:
    """Draw a line at each bar and, if there is room, at each beat."""
    if len(found.numbers()) <= _MOST_LINES:
        _vertical(axes, found.beats(), _BEAT)
    _vertical(axes, _bars(found), _BAR)


def _vertical(axes: Axes, places: list[float], colour: str) -> None:
    for place in places:
        axes.axvline(place, color=colour, linewidth=0.7, zorder=1)


def _bars(found: CurveValues) -> list[float]:
    """The time of every bar, or of every second, fourth and so on, at most `_MOST_LINES`."""
    every = found.tempo.beats_per_bar
    while len(found.numbers(every)) > _MOST_LINES:
        every *= 2
    return found.beats(every)


def _strip(axes: Axes, found: CurveValues) -> None:
    """Draw beats as short lines, and bars as long ones with their number."""
    per_bar = found.tempo.beats_per_bar
    bars = _bars(found)
    if len(found.numbers()) <= 4 * _MOST_LINES:
        axes.vlines(found.beats(), 0.0, 0.45, color=_BAR, linewidth=0.8)
    axes.vlines(bars, 0.0, 1.0, color=_INK, linewidth=1.0)
    step = -(-len(bars) // 24) or 1
    for place in bars[::step]:
        number = round(found.tempo.beat_at(place) / per_bar)
        axes.annotate(
            str(number), (place, 1.0), (3, -1), textcoords="offset points",
            va="top", fontsize=8, color=_INK,
        )  # fmt: skip
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xlim(0, max(1, found.count - 1) / found.fps)
    frames = f"{counted(found.count, 'frame')} at {found.fps:g} a second"
    tempo = f"bars of {counted(per_bar, 'beat')} at {found.tempo.bpm:.4g} a minute"
    axes.set_title("bar", loc="left", fontsize=9, color=_INK, fontweight="bold")
    axes.set_title(tempo, loc="right", fontsize=8, color=_FAINT)
    axes.set_xlabel(f"seconds ({frames})", color=_INK, fontsize=9)
    _frame(axes)


def _frame(axes: Axes) -> None:
    axes.tick_params(colors=_FAINT, labelsize=8, length=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color("#c3c9d0")
