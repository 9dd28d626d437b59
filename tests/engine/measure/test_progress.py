"""Progress: how many frames of its clip a film advances per frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from artengine.frame import Picture, Size
from artengine.measure.progress import Order, progress
from artengine.measure.thumbnails import Thumbnails

Clip = npt.NDArray[np.uint8]


def stacked(film: Sequence[Picture]) -> Clip:
    thumbnails = Thumbnails()
    for picture in film:
        thumbnails.feed(picture)
    return thumbnails.stacked()


@pytest.fixture(scope="module")
def carphone(carphone_pictures: list[Picture]) -> Clip:
    return stacked(carphone_pictures)


@pytest.fixture(scope="module")
def carphone_order(carphone: Clip) -> Order:
    return Order.of(carphone)


def noisy(film: Clip) -> Clip:
    noise = np.random.default_rng(1).normal(0, 12, film.shape)
    return np.clip(film + noise, 0, 255).astype(np.uint8)


FILMS: dict[str, tuple[float, Callable[[Clip], Clip]]] = {
    "a replay": (1.0, lambda clip: clip),
    "regraded": (1.0, lambda clip: (clip[..., ::-1] * 0.6 + 20).astype(np.uint8)),
    "under noise": (1.0, noisy),
    "slowed by half": (0.5, lambda clip: np.repeat(clip, 2, axis=0)),
    "twice as fast": (2.0, lambda clip: np.concatenate([clip[::2], clip[1::2]])),
    "reversed": (-1.0, lambda clip: clip[::-1]),
    "frozen": (0.0, lambda clip: np.repeat(clip[60:61], 120, axis=0)),
    "two frames in turns": (0.0, lambda clip: np.tile(clip[60:62], (60, 1, 1, 1))),
    "shuffled": (0.0, lambda clip: clip[np.random.default_rng(2).permutation(len(clip))]),
    "forth and back": (0.0, lambda clip: np.concatenate([clip, clip[::-1]])),
    "all grey": (0.0, lambda clip: np.full_like(clip, 128)),
}


@pytest.mark.parametrize("film", FILMS)
def test_the_pace_is_measured(carphone: Clip, carphone_order: Order, film: str) -> None:
    expected, transform = FILMS[film]
    result = progress(transform(np.tile(carphone, (2, 1, 1, 1))), carphone_order, 48)
    assert result == pytest.approx(expected, abs=0.13)


def test_jumps_are_no_progress(carphone: Clip, carphone_order: Order) -> None:
    """Two strands that each advance, in turns of two frames."""
    number = np.arange(100)
    turns = carphone[60 * (number % 4 < 2) + number // 4]
    assert progress(turns, carphone_order) == pytest.approx(0.25, abs=0.05)
    assert progress(carphone[::5], carphone_order) == 0.0


def test_frames_where_the_clip_is_still_are_left_out(carphone: Clip) -> None:
    clip = np.concatenate([np.repeat(carphone[:1], 120, axis=0), carphone])
    order = Order.of(clip)
    assert not order.moving[:116].any()
    assert order.moving[121:].all()
    assert progress(clip, order) == pytest.approx(1.0, abs=0.05)
    still = Order.of(clip[:100])
    assert progress(clip, still) is None


def test_short_films_have_no_progress(carphone: Clip, carphone_order: Order) -> None:
    assert progress(carphone[:52], carphone_order, 48) is None
    assert progress(carphone[:53], carphone_order, 48) == pytest.approx(1.0)


def test_cuts_do_not_count_as_motion(pictures: Callable[[str, Size], list[Picture]]) -> None:
    """A clip of several scenes is replayed like any other."""
    clip = stacked(pictures("bikes.mp4", (64, 48)))
    assert progress(clip, Order.of(clip), 48) == pytest.approx(1.0, abs=0.05)
