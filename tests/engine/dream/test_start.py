"""Dreams that begin at a frame drawn from the seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.dream.start import late_start, random_frame, with_start
from artengine.errors import PresetError
from artengine.frame import Picture
from artengine.preset import parse_preset
from artengine.source import Footage


class Clip(Footage):
    """Footage with a number of pictures."""

    def __init__(self, pictures: int, *, length: int | None, endless: bool) -> None:
        self.size, self.fps, self.endless, self.length = (16, 16), 10.0, endless, length
        self._pictures = pictures

    def frames(self, start: int = 0) -> Iterator[Picture]:
        for number in range(start, self._pictures):
            yield np.full((16, 16, 3), number, np.uint8)


def drawn(clip: Clip, opening: int = 4, frames: int = 20) -> set[int]:
    return {random_frame(clip, seed, opening, frames) for seed in range(400)}


@pytest.mark.parametrize("length", [30, None])
def test_a_clip_that_ends_leaves_room_for_the_film(length: int | None) -> None:
    assert drawn(Clip(30, length=length, endless=False)) == set(range(7))
    assert drawn(Clip(30, length=length, endless=False), frames=200) == {0}


def test_a_clip_that_repeats_begins_anywhere() -> None:
    assert drawn(Clip(30, length=30, endless=True)) == set(range(30))


def test_the_frame_rate_does_not_change_the_time_of_the_start() -> None:
    whole, preview = (Clip(0, length=length, endless=True) for length in (2000, 400))
    for seed in range(20):
        frames = [random_frame(clip, seed, 4, 20) for clip in (whole, preview)]
        assert frames[0] == pytest.approx(5 * frames[1], abs=5)


def test_an_endless_source_begins_within_a_minute() -> None:
    frames = drawn(Clip(0, length=None, endless=True))
    assert len(frames) > 250
    assert 500 < max(frames) <= 600


@pytest.mark.parametrize(
    ("start", "clip", "message"),
    [
        (2.9, Clip(30, length=30, endless=True), ""),
        (3, Clip(30, length=30, endless=True), "3 s is past the end of the source, which is 3 s"),
        (60, Clip(30, length=30, endless=True), "60 s is past the end of the source, which is 3"),
        (60, Clip(30, length=30, endless=False), ""),
        (60, Clip(30, length=None, endless=True), ""),
        (60, Clip(1, length=1, endless=True), ""),
    ],
)
def test_a_start_past_the_end_of_a_repeating_clip_is_reported(
    start: float, clip: Clip, message: str
) -> None:
    text = late_start(start, clip)
    assert text.startswith(f"dream.start: {message}") if message else text == ""


def test_seeds_begin_at_different_frames_and_the_recipe_records_them(
    catalog: Catalog, bikes: Path
) -> None:
    table = {
        "source": {"use": "video", "path": "clip"},
        "model": {"use": "swift"},
        "dream": {"start": "random", "size": [32, 24]},
    }
    starts = set()
    for seed in range(4):
        changes = [f"source.path={bikes}", f"seed={seed}"]
        preset = parse_preset(table, catalog, changes)
        resolved = with_start(preset)
        assert with_start(preset).recipe() == resolved.recipe()
        assert f"start = {resolved.dream.start}" in resolved.recipe()
        assert preset.dream.start == "random"
        starts.add(resolved.dream.start)
    assert len(starts) == 4
    assert all(isinstance(start, float) and 0 <= start < 10 for start in starts)


def test_unknown_words_for_start_are_refused(catalog: Catalog) -> None:
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "dream": {"start": "anywhere"},
    }
    with pytest.raises(PresetError, match=r'dream\.start: "anywhere" given.* or "random"'):
        parse_preset(table, catalog)
