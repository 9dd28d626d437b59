"""The plot of a log is drawn at intervals, and always at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from artengine.train.log import Row
from artengine.train.plot import LogPlot

ROWS = [Row(n, 10 * n, float(n), 1e-3, 1.0 / n, 20.0 + n, 0.5, 19.0, 0.4) for n in range(1, 8)]


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of epochs in each drawing."""
    counts: list[int] = []
    monkeypatch.setattr(
        "artengine.train.plot.draw_log", lambda _path, rows: counts.append(len(rows))
    )
    return counts


def drawings_of(drawings: list[int], times: list[float]) -> list[int]:
    """Return the drawings of a training that begins at 0, with the end times of its epochs."""
    now = 0.0
    plot = LogPlot(Path("unused.png"), clock=lambda: now)
    for number, end in enumerate(times, start=1):
        now = end
        plot.add(ROWS[:number])
    before = list(drawings)
    plot.finish()
    plot.finish()
    assert drawings[-1] == len(times)
    assert len(drawings) <= len(before) + 1
    return before


def test_epochs_of_half_a_minute_or_more_are_each_drawn(drawings: list[int]) -> None:
    assert drawings_of(drawings, [30.0, 70.5, 101.0]) == [1, 2, 3]


def test_short_epochs_are_drawn_every_half_a_minute(drawings: list[int]) -> None:
    assert drawings_of(drawings, [1, 2, 3, 4, 29]) == []
    drawings.clear()
    assert drawings_of(drawings, [12, 24, 36, 48, 60, 72]) == [3, 6]
    drawings.clear()
    assert drawings_of(drawings, [1, 31, 90, 91]) == [2, 3]


def test_a_plot_shows_three_panels(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    plot = LogPlot(path)
    plot.add(ROWS)
    plot.finish()
    with Image.open(path) as image:
        assert image.size == (1200, 360)
        assert len(image.getcolors(10**6) or []) > 20
