"""How much a film changes over 1, 4 and 16 frames, compared with its clip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from artengine.frame import Picture
from artengine.measure import measure
from artengine.measure.flicker import changes, flicker
from artengine.measure.thumbnails import Thumbnails


def stacked(film: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.uint8]:
    thumbnails = Thumbnails()
    for picture in film:
        thumbnails.feed(np.asarray(picture, np.uint8))
    return thumbnails.stacked()


def ratios(film: Sequence[npt.NDArray[Any]], clip: Sequence[npt.NDArray[Any]]) -> list[float]:
    result = flicker(changes(stacked(film), 48), changes(stacked(clip)))
    assert list(result) == [1, 4, 16]
    return [ratio or 0.0 for ratio in result.values()]


def grey(level: float) -> Picture:
    return np.full((32, 32, 3), level, np.uint8)


def test_changes_are_computed_from_luma() -> None:
    ramp = [grey(number % 200) for number in range(400)]
    # Around the reset to 0, k frames differ by 200 - k.
    steps = {k: ((400 - 2 * k) * k + k * (200 - k)) / (400 - k) for k in (1, 4, 16)}
    assert changes(stacked(ramp)) == pytest.approx(steps)
    red = [np.zeros((32, 32, 3), np.uint8) for _ in range(2)]
    red[1][..., 0] = 100
    assert changes(stacked(red)) == {1: pytest.approx(29.9, rel=1e-4), 4: None, 16: None}


def test_only_later_frames_count_but_they_are_compared_with_earlier_ones() -> None:
    film = stacked([grey(0)] * 60 + [grey(90)] * 4)
    assert changes(film, 63) == pytest.approx({1: 0, 4: 90, 16: 90}, rel=1e-5)
    assert changes(film[:40], 48) == {1: None, 4: None, 16: None}


def test_a_clip_has_ratios_of_1_and_a_still_film_of_0(
    carphone_pictures: list[Picture],
) -> None:
    clip = carphone_pictures
    assert ratios(clip, clip) == pytest.approx([1, 1, 1], rel=0.5)
    still = changes(stacked([clip[0]] * 60))
    assert flicker(changes(stacked(clip)), still) == {1: None, 4: None, 16: None}
    assert ratios([clip[0]] * 100, clip) == [0, 0, 0]


FILMS: dict[str, Callable[[list[Picture]], list[npt.NDArray[Any]]]] = {
    "noise over it": lambda clip: [
        picture + np.random.default_rng(number).integers(-30, 30, picture.shape)
        for number, picture in enumerate(np.clip(clip, 30, 225).astype(int))
    ],
    "two frames in turns": lambda clip: [clip[60 + number % 2] for number in range(120)],
    "three times as fast": lambda clip: [*(clip * 3)[::3]],
    "slowed to a fifth": lambda clip: [clip[number // 5] for number in range(500)],
}


@pytest.mark.parametrize("film", FILMS)
def test_other_motion_changes_the_ratios(carphone_pictures: list[Picture], film: str) -> None:
    result = ratios(FILMS[film](carphone_pictures), carphone_pictures)
    assert any(not 1 / 1.5 <= ratio <= 1.5 for ratio in result)
    if film in ("noise over it", "two frames in turns"):
        assert result[0] > 1.25 * result[2]


def test_a_report_contains_it(carphone_pictures: list[Picture]) -> None:
    clip = carphone_pictures[:80]
    report = measure(clip, clip)
    data = report.as_data()["flicker"]
    assert list(data) == ["1", "4", "16"]
    assert list(data.values()) == pytest.approx(ratios(clip, clip))
    line = f"flicker   {data['1']:.2f}, {data['4']:.2f}, {data['16']:.2f} times the clip's change, "
    line += "between frames 1, 4, 16 apart; it moves as the clip does"
    assert line in report.as_text()
    assert "it moves in another way" in measure([clip[0]] * 50, clip).as_text()
