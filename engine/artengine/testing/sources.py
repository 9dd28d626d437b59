"""The contract of every source, whatever it shows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from typing import Any

import numpy as np

from artengine.counts import counted
from artengine.frame import Picture, Size
from artengine.params import is_path
from artengine.source import Source
from artengine.testing.check import Trial
from artengine.testing.documented import is_documented
from artengine.testing.drawn import write_clip
from artengine.testing.expect import expect, expect_same


def source_of(trial: Trial) -> Source:
    """Return the source; if it needs a file and has none, of a short video file."""
    needed = {
        name
        for name, info in trial.kind.model_fields.items()
        if is_path(info) and info.is_required() and name not in trial.values
    }
    files = dict.fromkeys(needed, "")
    if needed:
        files = dict.fromkeys(needed, str(write_clip(trial.folder / "clip.mp4")))
    source: Source = trial.made(**files)
    return source


def shown(source: Source, size: Size | None, start: int, count: int) -> Sequence[Picture]:
    """Return `count` pictures of a source, from `start` on."""
    frames: Any = source.open(size).frames(start)
    with closing(frames):
        return list(islice(frames, count))


def shows_pictures_of_the_size_it_says(trial: Trial) -> None:
    """It shows pictures of any requested size, and of its own size by default."""
    source = source_of(trial)
    for size in (None, (1, 1), (17, 33), (64, 40)):
        opened = source.open(size)
        asked = "no size" if size is None else f"{size[0]}x{size[1]}"
        expect(size is None or opened.size == size, f"asked for {asked}, size is {opened.size}")
        expect(opened.fps > 0, f"asked for {asked}, fps is {opened.fps}")
        found = shown(source, size, 0, 3)
        expect(len(found) == 3, f"asked for {asked}, it shows {len(found)} of 3 pictures")
        shape = (opened.size[1], opened.size[0], 3)
        for picture in found:
            expect(picture.dtype == np.uint8, f"pictures are {picture.dtype}; they must be uint8")
            expect(picture.shape == shape, f"a picture is {picture.shape}; it must be {shape}")


def gives_the_rate_that_is_asked_for(trial: Trial) -> None:
    """It plays at the frame rate that it is opened with."""
    fps = source_of(trial).open((32, 24), 12.5).fps
    expect(abs(fps - 12.5) < 1e-5, f"opened with 12.5 frames a second, fps is {fps}")


def begins_anywhere(trial: Trial) -> None:
    """`frames(start)` shows what `frames()` shows after `start` pictures, and they change."""
    source = source_of(trial)
    whole = shown(source, (48, 32), 0, 9)
    for start in (1, 5):
        expect_same(
            shown(source, (48, 32), start, 9 - start),
            whole[start:],
            f"frames({start}) shows other pictures than frames() after {start}",
        )
    moves = any((picture != whole[0]).any() for picture in whole)
    expect(moves, "all pictures are the same; a network learns nothing of a still")


def plays_twice_at_once(trial: Trial) -> None:
    """Two iterators of one opened source do not disturb each other."""
    opened = source_of(trial).open((48, 32))
    one, other = opened.frames(), opened.frames(2)
    pairs = [(next(one), next(other)) for _ in range(4)]
    for at in range(2):
        expect_same(
            [pairs[at + 2][0]], [pairs[at][1]], "a second call of frames() disturbs the first"
        )


def tells_its_content_by_text(trial: Trial) -> None:
    """`fingerprint` returns texts by name, the same each time."""
    source = source_of(trial)
    facts = source.fingerprint()
    expect(facts == source.fingerprint(), "fingerprint() says something else the second time")
    texts = all(isinstance(name, str) and isinstance(text, str) for name, text in facts.items())
    expect(texts, "fingerprint() must return texts by name")


def ends_when_played_once(trial: Trial) -> None:
    """`once()` plays a source of finite length to its end, and does not repeat it."""
    opened = source_of(trial).once().open((16, 16))
    if opened.finite and opened.length is not None:
        count = sum(1 for _ in islice(opened.frames(), opened.length + 1))
        shown = counted(count, "picture")
        expect(count == opened.length, f"length is {opened.length}, and it shows {shown}")


PROMISES = (
    is_documented,
    shows_pictures_of_the_size_it_says,
    gives_the_rate_that_is_asked_for,
    begins_anywhere,
    plays_twice_at_once,
    tells_its_content_by_text,
    ends_when_played_once,
)
"""In the order in which an author should fix them."""
