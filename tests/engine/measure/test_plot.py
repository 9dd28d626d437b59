"""The plot of a report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.frame import Picture
from artengine.measure import Report
from artengine.measure.life import Meter, life
from artengine.measure.plot import draw

GREEN, RED = (47, 158, 100), (214, 69, 69)


def strip(path: Path) -> list[bool]:
    """Return whether each coloured column of the strip at the bottom is alive."""
    picture = np.asarray(Image.open(path).convert("RGB")).astype(int)
    rows = picture[-picture.shape[0] // 6 :]
    green, red = (np.abs(rows - colour).max(axis=2) < 12 for colour in (GREEN, RED))
    row = int(np.argmax((green | red).sum(axis=1)))
    return [bool(green[row, at]) for at in np.flatnonzero(green[row] | red[row])]


def report(film: list[Picture], clip: list[Picture]) -> Report:
    meters = Meter(), Meter()
    for meter, pictures in zip(meters, (film, clip), strict=True):
        for picture in pictures:
            meter.feed(picture)
    result = life(meters[0].curves(), meters[1].curves().medians())
    return Report(result, kinship=0.25, raster=(None, None), runaway=0.0)


@pytest.mark.parametrize("frames", [100, 1500])
def test_the_plot_shows_which_frames_live(
    tmp_path: Path, carphone_pictures: list[Picture], frames: int
) -> None:
    half = frames // 2
    there_and_back = [*carphone_pictures, *carphone_pictures[::-1]]
    moving = [there_and_back[number % 240] for number in range(half)]
    drawn = report([*moving, *[moving[-1]] * (frames - half)], carphone_pictures)
    assert drawn.death is not None
    path = tmp_path / "life.png"
    draw(drawn, path, "$\\frac{$.mp4 beside clip.mp4")
    columns = strip(path)
    assert len(columns) > 400
    assert np.mean(columns) == pytest.approx(drawn.vitality, abs=0.03)
    assert not any(columns[-100:])


def test_a_still_clip_can_be_plotted(tmp_path: Path, carphone_pictures: list[Picture]) -> None:
    still = carphone_pictures[:1] * 60
    draw(report(still, still), tmp_path / "life.png")
    assert not any(strip(tmp_path / "life.png"))


def test_a_failed_write_leaves_no_file(tmp_path: Path, carphone_pictures: list[Picture]) -> None:
    (tmp_path / "life.png").mkdir()
    drawn = report(carphone_pictures, carphone_pictures)
    with pytest.raises(OSError, match=r"life\.png"):
        draw(drawn, tmp_path / "life.png")
    assert [path.name for path in tmp_path.iterdir()] == ["life.png"]
