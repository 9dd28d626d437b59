"""Detection of scene cuts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from artengine.frame import Picture
from artengine.train.cuts import CutFinder
from artengine_plugins.sources.synthetic import Synthetic
from artengine_plugins.sources.video import Video

CLIPS = Path(__file__).parents[4] / "shared" / "clips"


def cuts_in(pictures: Iterable[Picture]) -> list[int]:
    finder = CutFinder()
    return [cut for picture in pictures for cut in finder.feed(picture)] + finder.finish()


def still(colour: tuple[int, int, int], count: int) -> list[Picture]:
    return [np.full((30, 40, 3), colour, np.uint8)] * count


@pytest.mark.parametrize("size", [(640, 272), (256, 256), (33, 17)])
def test_the_cuts_of_a_real_clip_are_detected(bikes: Path, size: tuple[int, int]) -> None:
    footage = Video(path=str(bikes), at_end="stop").open(size)
    assert cuts_in(footage.frames()) == [30, 76, 137, 187, 242]


def test_a_drive_has_no_cuts() -> None:
    clip = CLIPS / "dashcam.mp4"
    if not clip.exists():
        pytest.skip("no dashcam clip here")
    assert cuts_in(Video(path=str(clip), at_end="stop").open((128, 128)).frames()) == []


def test_endless_footage_has_no_cuts() -> None:
    footage = Synthetic(scene="night-road").open((96, 64))
    assert cuts_in(islice(footage.frames(), 150)) == []


@pytest.mark.parametrize("length", [1, 2, 3, 20])
def test_cuts_are_detected_at_both_ends(length: int) -> None:
    pictures = still((200, 30, 30), length) + still((20, 40, 200), 20) + still((9, 99, 9), length)
    assert cuts_in(pictures) == [length, length + 20]


def test_a_finder_resumes_after_the_last_frames_are_fed_again(bikes: Path) -> None:
    pictures = list(Video(path=str(bikes), at_end="stop").open((64, 64)).frames())
    for stop in (74, 75, 76, 77, 78, 79):
        finder = CutFinder()
        results = [cut for picture in pictures[:stop] for cut in finder.feed(picture)]
        finder = CutFinder(stop - CutFinder.memory)
        for picture in pictures[stop - CutFinder.memory : stop]:
            finder.feed(picture)
        results += [cut for picture in pictures[stop:] for cut in finder.feed(picture)]
        assert results == [30, 76, 137, 187, 242]


def test_no_frames_have_no_cuts() -> None:
    assert CutFinder().finish() == []
