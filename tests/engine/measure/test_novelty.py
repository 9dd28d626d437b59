"""Novelty: a table of films that are new compared with their clip, and of films that are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from artengine.frame import Picture
from artengine.measure.novelty import (
    LEAST,
    Memory,
    Novelty,
    compare,
    novelty,
    places_of_windows,
)
from artengine.measure.patches import Patches
from artengine.measure.replay import Moments
from artengine.measure.thumbnails import Thumbnails

Thumbs = npt.NDArray[np.uint8]


def stacked(film: Sequence[Picture]) -> Thumbs:
    thumbnails = Thumbnails()
    for picture in film:
        thumbnails.feed(picture)
    return thumbnails.stacked()


@pytest.fixture(scope="module")
def carphone(carphone_pictures: list[Picture]) -> Thumbs:
    return stacked(carphone_pictures)


@pytest.fixture(scope="module")
def other(bikes_pictures: list[Picture]) -> Thumbs:
    return stacked(bikes_pictures[:64])


@pytest.fixture(scope="module")
def memory(carphone: Thumbs) -> Memory:
    return Memory.of(carphone)


def rounded(film: npt.NDArray[Any]) -> Thumbs:
    return np.asarray(np.clip(np.rint(film), 0, 255), np.uint8)


def each_frame(
    film: Thumbs, change: Callable[[npt.NDArray[np.float32]], npt.NDArray[Any]]
) -> Thumbs:
    return rounded(np.stack([change(picture.astype(np.float32)) for picture in film]))


def moved(film: Thumbs, zoom: float, across: float = 0, down: float = 0) -> Thumbs:
    """Zoom about the centre and shift; the edge is repeated."""
    still = 15.5 * (1 - zoom)
    move = np.array([[zoom, 0, still + across], [0, zoom, still + down]])
    border = cv2.BORDER_REPLICATE
    return each_frame(
        film,
        lambda picture: cv2.warpAffine(
            picture, move, (32, 32), None, cv2.INTER_LINEAR, borderMode=border
        ),
    )


def soft(film: Thumbs, sigma: float) -> Thumbs:
    return each_frame(film, lambda picture: cv2.GaussianBlur(picture, (0, 0), sigma))


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def pieces(clip: Thumbs, length: int) -> Thumbs:
    """Return pieces of the clip in random order."""
    starts = rng().integers(0, len(clip) - length, 64 // length)
    return np.concatenate([clip[start : start + length] for start in starts])


def melting(clip: Thumbs) -> Thumbs:
    """Return a picture that is zoomed and blurred repeatedly."""
    film = [clip[:1]]
    for _ in range(63):
        film.append(soft(moved(film[-1], 1.03), 0.6))
    return np.concatenate(film)


def quarters(clip: Thumbs) -> Thumbs:
    """Show another time of the clip in each quarter of the picture."""
    film = clip[:64].copy()
    for number, (down, across) in enumerate(np.ndindex(2, 2)):
        part = np.s_[:, 16 * down : 16 * down + 16, 16 * across : 16 * across + 16]
        film[part] = np.roll(clip, 31 * number, axis=0)[:64][part]
    return film


def melted_quarters(clip: Thumbs) -> Thumbs:
    """Return the same as `quarters`, with soft borders."""
    film = np.zeros(clip[:64].shape)
    rows, columns = np.mgrid[:32, :32]
    masks = [
        np.exp(-((rows - down) ** 2 + (columns - across) ** 2) / 72)
        for down in (8, 24)
        for across in (8, 24)
    ]
    for number, mask in enumerate(masks):
        film += np.roll(clip, 31 * number, axis=0)[:64] * (mask / sum(masks))[..., None]
    return rounded(film)


NOISE = (64, 32, 32, 3)
ABOUT_0, NEW = (0.0, 0.2), (0.8, 1.0)

# How a film is made from the clip, and the range of its novelty.
TABLE: dict[str, tuple[tuple[float, float], Callable[[Thumbs], Thumbs]]] = {
    "a replay": (ABOUT_0, lambda clip: clip[10:74]),
    "mirrored": (ABOUT_0, lambda clip: clip[10:74, :, ::-1]),
    "shifted": (ABOUT_0, lambda clip: moved(clip[10:74], 1, 3, -2)),
    "zoomed in": (ABOUT_0, lambda clip: moved(clip[10:74], 1.2)),
    "zoomed out": (ABOUT_0, lambda clip: moved(clip[10:74], 0.85)),
    "zoomed far in": (ABOUT_0, lambda clip: moved(clip[10:74], 1.6)),
    "slowed by half": (ABOUT_0, lambda clip: np.repeat(clip[20:52], 2, axis=0)),
    "slowed to a third": (ABOUT_0, lambda clip: np.repeat(clip[20:41], 3, axis=0)),
    "twice as fast": (ABOUT_0, lambda clip: clip[::2]),
    "reversed": (ABOUT_0, lambda clip: clip[73:9:-1]),
    "pieces of 24 frames": (ABOUT_0, lambda clip: pieces(clip, 24)),
    "pieces of 6 frames": (ABOUT_0, lambda clip: pieces(clip, 6)),
    "shuffled frames": (ABOUT_0, lambda clip: clip[rng().permutation(120)[:64]]),
    "regraded": (ABOUT_0, lambda clip: rounded(clip[:64] * [0.8, 0.6, 0.7] + [10, 30, 5])),
    "under noise": (ABOUT_0, lambda clip: rounded(clip[:64] + rng().normal(0, 10, NOISE))),
    "blurred": (ABOUT_0, lambda clip: soft(clip[:64], 1.5)),
    "blurred much": (ABOUT_0, lambda clip: soft(clip[:64], 5)),
    "a cross-fade": (
        ABOUT_0,
        lambda clip: rounded((clip[:64].astype(float) + np.roll(clip, 50, axis=0)[:64]) / 2),
    ),
    "a fade with its mirror image": (
        ABOUT_0,
        lambda clip: rounded((clip[:64].astype(float) + clip[:64, :, ::-1]) / 2),
    ),
    "frozen": (ABOUT_0, lambda clip: np.repeat(clip[50:51], 64, axis=0)),
    "noise": (ABOUT_0, lambda _: rounded(rng().uniform(0, 255, NOISE))),
    "soft noise": (ABOUT_0, lambda _: soft(rounded(rng().uniform(0, 255, NOISE)), 2)),
    "faint noise": (ABOUT_0, lambda _: rounded(rng().normal(128, 2, NOISE))),
    "melting": (ABOUT_0, melting),
    "quarters of other times": (NEW, quarters),
    "quarters with soft borders": (NEW, melted_quarters),
}


def novelty_of(film: Thumbs, memory: Memory, first: int = 0) -> Novelty:
    result = novelty(np.ascontiguousarray(film), memory, first)
    assert result is not None
    return result


@pytest.mark.parametrize("film", TABLE)
def test_novelty_of_films_made_from_a_clip(carphone: Thumbs, memory: Memory, film: str) -> None:
    (least, most), transform = TABLE[film]
    assert least <= novelty_of(transform(carphone), memory).novelty <= most


def test_another_clip_has_no_novelty(other: Thumbs, memory: Memory) -> None:
    assert novelty_of(other, memory).novelty <= 0.2


def test_the_continuation_of_real_footage_is_new(carphone: Thumbs, memory: Memory) -> None:
    half = Moments.of(Patches.of(carphone[:60]))
    share = float(compare(carphone[60:], half).new.mean())
    assert share == memory.fresh
    result = novelty_of(carphone[60:], Memory(half, memory.fresh)).novelty
    assert result == min(1.0, share / max(LEAST, share)) >= 0.85


def test_a_clip_of_several_scenes_detects_replays_and_other_clips(
    bikes_pictures: list[Picture], carphone: Thumbs
) -> None:
    bikes = stacked(bikes_pictures[:160])
    clip = Memory.of(bikes)
    assert novelty_of(bikes[::-1], clip, 48).novelty <= 0.05
    assert novelty_of(carphone[:64], clip).novelty <= 0.1
    assert novelty_of(melting(bikes), clip).novelty <= 0.1
    assert novelty_of(quarters(bikes), clip).novelty >= 0.8


def test_the_length_of_the_longest_replay(carphone: Thumbs, memory: Memory) -> None:
    assert novelty_of(carphone, memory).longest_replay == 120
    assert novelty_of(carphone[::-1], memory).longest_replay == 120
    assert novelty_of(np.repeat(carphone[:60], 2, axis=0), memory).longest_replay == 120
    # A replay continues from the clip's end at its beginning; any other jump ends it.
    assert novelty_of(np.roll(carphone, 60, axis=0), memory).longest_replay == 120
    jump = np.concatenate([carphone[:48], carphone[90:114]])
    assert novelty_of(jump, memory).longest_replay == 48


def test_noise_and_stills_are_no_replay(carphone: Thumbs, memory: Memory) -> None:
    for film in (TABLE["noise"][1](carphone), TABLE["frozen"][1](carphone)):
        result = novelty_of(film, memory)
        assert (result.longest_replay, result.coverage) == (0, 0.0)


def test_coverage_is_the_share_of_the_clip_that_is_visited(
    carphone: Thumbs, memory: Memory
) -> None:
    assert novelty_of(carphone, memory).coverage >= 0.9
    part = novelty_of(np.tile(carphone[40:64], (4, 1, 1, 1)), memory).coverage
    assert part == pytest.approx(3 / 15, abs=0.07)


@pytest.mark.parametrize("length", [8, 15, 96, 511, 512, 9952, 16_336])
def test_windows_are_spread_over_a_film_without_a_fixed_step(length: int) -> None:
    windows = places_of_windows(length)
    assert len(windows) == min(64, length // 8)
    assert windows[0] == 0
    assert windows[-1] <= length - 8 < windows[-1] + max(16, length // 32)
    assert (np.diff(windows) >= 8).all()
    if length > 9000:
        visited = {int(window) % 221 // 8 for window in windows}
        assert len(visited) > 20


def test_first_frames_do_not_count_and_the_shortest_film_is_8_frames(
    carphone: Thumbs, memory: Memory
) -> None:
    film = np.concatenate([TABLE["noise"][1](carphone)[:48], carphone[:24]])
    assert novelty_of(film, memory, 48) == novelty_of(carphone[:24], memory)
    assert novelty_of(film, memory, 64).longest_replay == 8
    assert novelty(film, memory, 65) is None


def test_clips_without_motion_have_no_patches_to_match(carphone: Thumbs) -> None:
    for still in (np.full_like(carphone[:20], 90), np.repeat(carphone[:1], 20, axis=0)):
        result = novelty_of(carphone, Memory.of(still))
        assert result == Novelty(0.0, 0, 0.0)


def test_the_shortest_clip_can_be_remembered(carphone: Thumbs) -> None:
    result = novelty_of(carphone[:16], Memory.of(carphone[:16]))
    assert result.novelty <= 0.2


def test_long_clips_are_thinned(carphone: Thumbs) -> None:
    """Of 3,840 frames, 355 keep their patches, and the search begins with 1,024."""
    turned = [carphone, carphone[:, ::-1]]
    shifts = [(0, 8 * down, 8 * across) for down in range(4) for across in range(4)]
    clip = np.concatenate([np.roll(c, shift, (0, 1, 2)) for c in turned for shift in shifts])
    patches = Patches.of(clip)
    assert len(patches.vectors) <= 60_000
    moments = Moments.of(patches)
    assert len(moments.frames) == 1024
    result = compare(clip[1201:1265], moments)
    assert result.new.mean() <= 0.005
    middles = result.windows[:, None] + np.array([1, 5]) + 1201
    places = np.array([[place.frame for place in pair] for pair in result.places])
    assert np.median(np.abs(places - middles)) <= 2
