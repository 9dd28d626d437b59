"""The synthetic source: films are reproducible from the seed, at any size, and move smoothly."""

from __future__ import annotations

from functools import cache
from itertools import islice, pairwise
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from artengine.api import Picture, SourceError
from artengine_plugins.sources.scenes import SCENES
from artengine_plugins.sources.synthetic import Synthetic

NAMES = sorted(SCENES)
every_scene = pytest.mark.parametrize("scene", NAMES)


def shots(scene: str, *, start: int = 0, count: int = 1, **more: Any) -> list[Picture]:
    more.setdefault("size", (64, 48))
    return list(islice(Synthetic(scene=scene, **more).open().frames(start), count))


@cache
def film(scene: str) -> list[Picture]:
    return shots(scene, count=100, size=(96, 96), seed=3)


def luma(picture: Picture) -> np.ndarray[Any, np.dtype[np.float32]]:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)


def changes(scene: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    frames = [luma(picture) for picture in film(scene)]
    return np.array([np.abs(b - a).mean() for a, b in pairwise(frames)])


def test_the_parameter_allows_every_scene() -> None:
    assert sorted(get_args(Synthetic.model_fields["scene"].annotation)) == NAMES


@every_scene
def test_pictures_do_not_depend_on_the_start(scene: str) -> None:
    whole = shots(scene, count=40)
    for index in (0, 17, 39):
        assert np.array_equal(whole[index], shots(scene, start=index)[0])


@every_scene
def test_iterators_of_one_footage_are_independent(scene: str) -> None:
    footage = Synthetic(scene=scene, size=(64, 48)).open()
    early, late = footage.frames(), footage.frames(300)
    first = next(early)
    copy = first.copy()
    next(late)
    second = next(early)
    assert np.array_equal(first, copy)
    assert np.array_equal(second, shots(scene, start=1)[0])


@every_scene
@pytest.mark.parametrize(("width", "height"), [(1, 1), (17, 31), (64, 48), (300, 2)])
def test_scenes_can_have_any_size(scene: str, width: int, height: int) -> None:
    footage = Synthetic(scene=scene).open(size=(width, height))
    picture = next(footage.frames(9))
    assert footage.size == (width, height)
    assert footage.length is None
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8


@every_scene
def test_scenes_look_the_same_at_every_size(scene: str) -> None:
    large, small = (shots(scene, start=60, size=(n, n))[0] for n in (512, 256))
    assert large.shape == (512, 512, 3)
    assert large.dtype == np.uint8
    shrunk = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
    difference = np.abs(shrunk.astype(float) - small).mean()
    difference_of_seeds = np.abs(
        shots(scene, start=60, size=(256, 256), seed=9)[0].astype(float) - small
    ).mean()
    assert difference < 5
    assert difference_of_seeds > 2 * difference


@every_scene
def test_seeds_and_parameters_change_the_picture(scene: str) -> None:
    usual = shots(scene, start=150)[0]
    for other in ({"seed": 1}, {"crowd": 2.0}, {"crowd": 0.0}, {"sway": 0.0}, {"sway": 2.0}):
        changed = shots(scene, start=150, **other)[0]
        assert np.abs(changed.astype(float) - usual).max() > 60, other


@every_scene
def test_motion_depends_on_seconds_not_frames(scene: str) -> None:
    usual = shots(scene, start=30)[0]
    assert np.array_equal(usual, shots(scene, start=60, fps=48)[0])
    assert np.array_equal(usual, shots(scene, start=15, speed=2)[0])
    footage = Synthetic(scene=scene, size=(64, 48)).open(fps=12)
    assert footage.fps == 12
    assert np.array_equal(usual, next(footage.frames(15)))


@every_scene
def test_everything_moves_and_nothing_jumps(scene: str) -> None:
    moved = changes(scene)
    assert 1.0 < np.median(moved) < 14.0
    assert moved.min() > 0.5
    assert moved.max() < 3.5 * np.median(moved)


@every_scene
def test_pictures_have_contrast_and_colour(scene: str) -> None:
    for picture in film(scene)[::24]:
        assert luma(picture).std() > 20
        assert picture.max() > 230
        assert np.percentile(picture, 5) < 45
        spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
        assert spread.mean() > 12


def test_scenes_differ() -> None:
    firsts = [film(scene)[0].astype(float) for scene in NAMES]
    for index, one in enumerate(firsts):
        assert all(np.abs(one - other).mean() > 12 for other in firsts[:index])


def test_the_road_moves_towards_the_viewer() -> None:
    frames = [
        luma(picture).astype(np.uint8) for picture in shots("night-road", count=8, size=(256, 256))
    ]
    down = []
    for a, b in pairwise(frames):
        flow = cv2.calcOpticalFlowFarneback(
            a, b, np.zeros((256, 256, 2), np.float32), 0.5, 4, 21, 3, 7, 1.5, 0
        )
        strong = np.abs(cv2.Sobel(a, cv2.CV_32F, 0, 1)) > 40
        strong[:140] = False
        strong[195:] = False
        down.append(float(np.median(flow[..., 1][strong])))
    assert 1.0 < np.median(down) < 15.0


def test_a_size_below_one_is_rejected() -> None:
    with pytest.raises(SourceError, match="size 0x5 given; width and height must be at least 1"):
        Synthetic().open(size=(0, 5))
