"""Kinship: compared with a slow reference, and what raises and lowers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from artengine.errors import SourceError
from artengine.frame import Picture, Size
from artengine.measure.kinship import (
    Kin,
    Samples,
    kin,
    kinship,
    pyramid,
    resized,
    sliced_wasserstein,
)

Floats = npt.NDArray[np.float64]


def sampled(film: Sequence[Picture]) -> Samples:
    samples = Samples()
    for picture in film:
        samples.feed(picture)
    return samples


def kinship_of(film: Sequence[Picture], clip: Sequence[Picture], first: int = 0) -> float:
    return kinship(sampled(film), kin(sampled(clip)), first)


# A literal implementation of Karras et al. 2018, section 5, with its own random patches and
# directions: it agrees with the engine about as well as with itself under another seed.


def blurred(plane: Floats) -> Floats:
    taps = np.array([1, 4, 6, 4, 1]) / 16
    for axis in (0, 1):
        wide = np.pad(plane, [(2, 2) if axis == at else (0, 0) for at in range(3)], mode="reflect")
        length = plane.shape[axis]
        plane = sum(
            tap * np.take(wide, np.arange(length) + shift, axis) for shift, tap in enumerate(taps)
        )
    return plane


def slow_pyramid(picture: Picture) -> list[Floats]:
    levels = [picture.astype(np.float64)]
    for _ in range(3):
        coarse = blurred(levels[-1])[::2, ::2]
        spread = np.zeros_like(levels[-1])
        spread[::2, ::2] = 4 * coarse
        levels[-1] = levels[-1] - blurred(spread)
        levels.append(coarse)
    return levels


def slow_kinship(film: Sequence[Picture], clip: Sequence[Picture]) -> float:
    rng = np.random.default_rng(77)

    def patches(pictures: Sequence[Picture]) -> list[Floats]:
        places = np.round(np.linspace(0, len(pictures) - 1, 64)).astype(int)
        levels: list[list[Floats]] = [[], [], [], []]
        for place in places:
            for level, plane in enumerate(slow_pyramid(resized(pictures[place], (128, 128)))):
                for row, column in rng.integers(0, len(plane) - 6, (128, 2)).tolist():
                    levels[level].append(plane[row : row + 7, column : column + 7])
        return [np.array(level) for level in levels]

    directions = rng.standard_normal((64, 7 * 7 * 3)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)

    def distance(a: Floats, b: Floats) -> float:
        one, other = (np.sort(directions @ side.T.astype(np.float32)) for side in (a, b))
        return float(np.abs(one - other).mean())

    between, within = [], []
    for one, other in zip(patches(film), patches(clip), strict=True):
        mean, deviation = other.mean(axis=(0, 1, 2)), other.std(axis=(0, 1, 2))
        a, b = (((side - mean) / deviation).reshape(64 * 128, -1) for side in (one, other))
        between.append(distance(a, b))
        within.append(distance(b[:4096], b[4096:]))
    return min(1.0, float(np.mean(within) / np.mean(between)))


def test_kinship_matches_the_definition(
    bikes_pictures: list[Picture], carphone_pictures: list[Picture]
) -> None:
    for film, clip in (
        (bikes_pictures, carphone_pictures),
        (carphone_pictures[60:], carphone_pictures[:60]),
    ):
        slow = slow_kinship(film, clip)
        assert slow < 0.9
        assert kinship_of(film, clip) == pytest.approx(slow, rel=0.15)


def test_the_pyramid_matches_burt_and_adelson(bikes_pictures: list[Picture]) -> None:
    picture = resized(bikes_pictures[0], (128, 128))
    for fast, slow in zip(pyramid(picture), slow_pyramid(picture), strict=True):
        # At the lower and right edges OpenCV extends the border differently.
        np.testing.assert_allclose(fast[:-4, :-4], slow[:-4, :-4], atol=1e-3)


def test_distances_of_known_distributions() -> None:
    rng = np.random.default_rng(1)
    points = rng.standard_normal((4000, 147)).astype(np.float32)
    assert sliced_wasserstein(points, points[::-1]) == pytest.approx(0, abs=1e-6)
    # Along a random direction, a shift of one dimension has a mean length of sqrt(2 / (pi D)).
    shift = np.zeros(147, np.float32)
    shift[3] = 10
    expected = 10 * np.sqrt(2 / (np.pi * 147))
    assert sliced_wasserstein(points, points + shift) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("clip", ["bikes_pictures", "carphone_pictures"])
def test_a_clip_has_kinship_with_itself(clip: str, request: pytest.FixtureRequest) -> None:
    film: list[Picture] = request.getfixturevalue(clip)
    assert kinship_of(film, film, first=48) == 1


@pytest.fixture(scope="module")
def bunny(pictures: Callable[[str, Size], list[Picture]]) -> tuple[list[Picture], Kin]:
    film = pictures("bigbuckbunny.mp4", (96, 72))
    return film, kin(sampled(film))


CHANGES: dict[str, Callable[[Picture], npt.NDArray[np.generic]]] = {
    "warmer": lambda picture: np.minimum(picture * [1.3, 1.0, 0.7], 255),
    "red for blue": lambda picture: picture[..., ::-1],
    "grey": lambda picture: np.repeat(picture[..., 1:2], 3, axis=2),
    "soft": lambda picture: resized(resized(picture, (24, 18)), (96, 72)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_colours_and_blur_lower_it(bunny: tuple[list[Picture], Kin], change: str) -> None:
    film, clip = bunny
    changed = [np.ascontiguousarray(CHANGES[change](picture), np.uint8) for picture in film]
    assert kinship(sampled(changed), clip) < 0.7


def test_clips_without_contrast_can_be_compared() -> None:
    grey, white = (np.full((32, 32, 3), level, np.uint8) for level in (128, 255))
    clip = kin(sampled([grey] * 20))
    assert kinship(sampled([grey] * 60), clip) == 1
    assert kinship(sampled([white] * 60), clip) == 0


def test_a_clip_too_short_for_halves_is_refused(bikes_pictures: list[Picture]) -> None:
    assert kin(sampled(bikes_pictures[:16])).halves > 0
    with pytest.raises(SourceError, match="the clip has 15 frames"):
        kin(sampled(bikes_pictures[:15]))


@pytest.mark.parametrize("length", [100, 2048, 2049])
def test_pictures_are_taken_evenly_whatever_the_length(length: int) -> None:
    samples = Samples()
    for number in range(length):
        samples.feed(np.full((8, 8, 3), (number // 256, number % 256, 0), np.uint8))
    taken = [int(p[0, 0, 0]) * 256 + int(p[0, 0, 1]) for p in samples.take(48)]
    expected = np.linspace(48, length - 1, 64)
    assert len(taken) == 64
    assert np.abs(np.array(taken) - expected).max() <= (0.5 if length <= 2048 else length / 1024)


def test_shrinking_averages() -> None:
    checks = np.zeros((16, 64, 3), np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 200
    # Narrower and taller at once: detail finer than a pixel must not alias to stripes.
    changed = resized(checks, (16, 32))
    assert changed.shape == (32, 16, 3)
    assert changed.min() == changed.max() == 100
    assert resized(checks, (64, 16)) is checks
