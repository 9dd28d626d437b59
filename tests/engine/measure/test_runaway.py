"""Regions that leave their clip's range of brightness and contrast."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.frame import Picture
from artengine.measure import measure
from artengine.measure.runaway import Regions, runaway


def outside(film: list[Picture], clip: list[Picture]) -> float:
    sides = Regions(), Regions()
    for regions, pictures in zip(sides, (film, clip), strict=True):
        for picture in pictures:
            regions.feed(picture)
    return runaway(sides[0], sides[1].ranges())


def changed(picture: Picture, gain: float, offset: float) -> Picture:
    middle = picture.mean()
    return np.asarray(np.clip((picture - middle) * gain + middle + offset, 0, 255), np.uint8)


def test_a_clip_keeps_its_range(carphone_pictures: list[Picture]) -> None:
    clip = carphone_pictures
    assert outside(clip, clip) == 0.0
    assert outside(clip[60:], clip[:60]) < 0.01
    assert outside([picture[:, ::-1] for picture in clip[::-1]], [p[:, ::-1] for p in clip]) == 0.0
    shifted = [np.pad(picture[:, 3:], ((0, 0), (0, 3), (0, 0)), "edge") for picture in clip]
    assert outside(shifted, clip) < 0.02


def test_harsh_flat_bright_and_dark_films_leave_the_range(carphone_pictures: list[Picture]) -> None:
    clip = carphone_pictures
    for gain, offset in ((2.5, 0.0), (0.1, 0.0), (1.0, 90.0), (1.0, -90.0)):
        assert outside([changed(picture, gain, offset) for picture in clip], clip) > 0.1


def test_one_region_counts_as_its_share(carphone_pictures: list[Picture]) -> None:
    """One region of 256 becomes a black and white checkerboard."""
    clip = [np.asarray(cv2.resize(p, (128, 128)), np.uint8) for p in carphone_pictures]
    film = [picture.copy() for picture in clip]
    checks = 255 * (np.indices((8, 8)).sum(axis=0) % 2).astype(np.uint8)
    for picture in film:
        picture[64:72, 64:72] = checks[..., None]
    assert outside(film, clip) == 1 / 256


def test_a_report_counts_regions_from_frame_48_on(carphone_pictures: list[Picture]) -> None:
    clip = carphone_pictures[:64]
    film = [changed(picture, 1.0, 120.0) for picture in clip[:48]] + clip[48:]
    report = measure(film, clip)
    assert report.runaway == report.as_data()["runaway"] == 0.0
    assert "runaway   0.0% of the regions" in report.as_text()
