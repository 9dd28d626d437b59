"""Training windows: their frames, and their order for a seed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from artengine.errors import TrainingError
from artengine.train.batch_source import WindowBatches
from artengine.train.footage import PreparedFootage
from artengine.train.frames import Frames
from artengine.train.held_out import HELD_OUT_WINDOWS, Window, held_out_windows
from artengine.train.manifest import Manifest, shard_name
from artengine.train.prepare import prepare
from artengine.train.window_order import TOGETHER
from artengine.train.windows import windows as windows_of
from artengine_plugins.sources.video import Video

Floats = npt.NDArray[np.float32]
Batch = tuple[Floats, Floats]
Prepare = Callable[..., Path]

BASIC: dict[str, Any] = {
    "context": 3,
    "targets": 1,
    "validation": 0.2,
    "crop": None,
    "flip": False,
    "batch": 1,
    "seed": 1,
    "epoch": 0,
}


@pytest.fixture
def footage(tmp_path: Path, numbered: Any) -> Prepare:
    """A function that prepares scenes of given lengths, lossless, with continuous frame numbers."""

    def make(*scenes: int, shard_frames: int = 16, size: tuple[int, int] = (16, 12)) -> Path:
        firsts = np.cumsum([0, *scenes])
        sources = [numbered(count=n, first=int(f)) for n, f in zip(scenes, firsts, strict=False)]
        folder = tmp_path / "-".join(map(str, scenes))
        manifest = prepare(
            sources, folder, size=size, quality=100, fps=25.0, shard_frames=shard_frames
        )
        assert list(manifest.cuts) == firsts[1:-1].tolist()
        return folder

    return make


def windows(folder: Path, **settings: Any) -> Any:
    return windows_of(PreparedFootage.open(folder), **settings)


def read(folder: Path, **changes: Any) -> list[Batch]:
    return list(windows(folder, **(BASIC | changes)))


def numbers(batches: Iterable[Batch]) -> list[list[int]]:
    """Return the frame numbers of each window, from the red of one pixel."""
    results = []
    for context_frames, truth in batches:
        reds = np.concatenate([context_frames[:, 0, 0, ::3], truth[:, :, 0, 0, 0]], axis=1)
        results += np.rint(reds * 255).astype(int).tolist()
    return results


def held_out(folder: Path, **changes: Any) -> list[Window]:
    settings = {"context": 3, "stride": 1, "validation": 0.2, "limit": 100} | changes
    return held_out_windows(PreparedFootage.open(folder), **settings)


def held_out_numbers(windows: Iterable[Window]) -> list[list[int]]:
    """Return the frame numbers of each window, from the red of one pixel."""
    return [
        [int(picture[0, 0, 0]) for picture in (*window.context, window.truth)] for window in windows
    ]


def equal_batches(left: list[Batch], right: list[Batch]) -> bool:
    return len(left) == len(right) and all(
        np.array_equal(a, b)
        for one, other in zip(left, right, strict=True)
        for a, b in zip(one, other, strict=True)
    )


def places(scenes: Iterable[tuple[int, int]], span: int) -> list[int]:
    return [first for start, end in scenes for first in range(start, end - span + 1)]


@pytest.mark.parametrize(("stride", "shard_frames"), [(1, 3), (2, 7), (3, 64)])
def test_every_window_of_every_scene_occurs_once_per_pass(
    footage: Prepare, stride: int, shard_frames: int
) -> None:
    folder = footage(20, 5, 31, shard_frames=shard_frames)
    result = numbers(read(folder, stride=stride, targets=2, validation=0.25))
    span = 4 * stride + 1
    expected = [
        [first + stride * step for step in range(5)]
        for first in places([(0, 20), (20, 25), (25, 56 - 14)], span)
    ]
    assert sorted(result) == expected
    assert result != expected


def test_shapes_values_and_types(footage: Prepare) -> None:
    folder = footage(60)
    (context_frames, truth), *_ = read(folder, batch=4, targets=2, crop=(8, 4), context=3)
    assert context_frames.shape == (4, 4, 8, 9)
    assert truth.shape == (4, 2, 4, 8, 3)
    assert context_frames.dtype == truth.dtype == np.float32
    assert 0 <= context_frames.min() < context_frames.max() <= 1


def test_crops_cover_the_frame_and_are_equal_within_a_window(footage: Prepare) -> None:
    folder = footage(200)
    corners = set()
    for context_frames, truth in read(folder, crop=(11, 9), batch=1):
        frames = [*np.split(context_frames[0], 3, axis=-1), truth[0, 0]]
        rows = [np.rint(frame[..., 1] * 255).astype(int) for frame in frames]
        columns = [np.rint(frame[..., 2] * 255).astype(int) for frame in frames]
        top, left = rows[0][0, 0], columns[0][0, 0]
        corners.add((top, left))
        assert all((row == np.arange(top, top + 9)[:, None]).all() for row in rows)
        assert all((column == np.arange(left, left + 11)).all() for column in columns)
    assert {top for top, _ in corners} == set(range(12 - 9 + 1))
    assert {left for _, left in corners} == set(range(16 - 11 + 1))


def test_half_of_the_windows_are_mirrored_as_a_whole(footage: Prepare) -> None:
    mirrored = []
    for context_frames, truth in read(footage(200), flip=True):
        frames = [*np.split(context_frames[0], 3, axis=-1), truth[0, 0]]
        falls = {bool(frame[0, 0, 2] > frame[0, -1, 2]) for frame in frames}
        assert len(falls) == 1
        mirrored.append(falls.pop())
    assert 0.35 < np.mean(mirrored) < 0.65


def test_a_crop_larger_than_the_frame_is_limited_to_it(footage: Prepare) -> None:
    (context_frames, _), *_ = read(footage(30), crop=(64, 6))
    assert context_frames.shape[1:3] == (6, 16)


def test_an_epoch_is_reproducible_and_differs_from_others(footage: Prepare) -> None:
    folder = footage(90, shard_frames=8)
    settings = {"batch": 4, "crop": (8, 8), "flip": True}
    once = read(folder, epoch=3, **settings)
    assert equal_batches(once, read(folder, epoch=3, **settings))
    assert not equal_batches(once, read(folder, epoch=4, **settings))
    assert not equal_batches(once, read(folder, epoch=3, **(settings | {"seed": 2})))


def test_skipping_batches_does_not_change_the_following_ones(footage: Prepare) -> None:
    folder = footage(85, shard_frames=4)
    settings = {"batch": 4, "crop": (8, 8), "flip": True}
    whole = read(folder, **settings)
    assert len(whole) == 16
    for skip in (1, 9, 100):
        assert equal_batches(read(folder, skip_batches=skip, **settings), whole[skip:])


def test_passes_are_consecutive_epochs(footage: Prepare) -> None:
    folder = footage(40)
    first, second = read(folder, batch=4, epoch=5), read(folder, batch=4, epoch=6)
    assert equal_batches(read(folder, batch=4, epoch=5, passes=2), first + second)
    later = len(first) + 2
    assert equal_batches(read(folder, batch=4, epoch=5, passes=2, skip_batches=later), second[2:])
    endless = windows(folder, **(BASIC | {"batch": 4, "epoch": 5, "passes": None}))
    assert equal_batches(list(islice(endless, later, later + 2)), second[2:4])


def test_batches_do_not_depend_on_the_machine_or_version(footage: Prepare) -> None:
    """A training that is resumed with another version continues with the next windows."""
    result = numbers(read(footage(60, shard_frames=4), seed=2**31 + 5, epoch=2, validation=0.1))
    assert [window[0] for window in result[:6]] == [28, 45, 8, 25, 10, 31]


def test_fewer_windows_than_a_batch_make_one_batch(footage: Prepare) -> None:
    (batch,) = read(footage(14), batch=32, validation=0.3)
    assert len(batch[0]) == 7


def test_a_batch_reads_only_a_few_shards(footage: Prepare) -> None:
    folder = footage(240, shard_frames=6)
    shards = len(Manifest.read(folder).shards)  # type: ignore[union-attr]
    assert shards > 4 * TOGETHER
    settings = {"batch": TOGETHER * 6, "validation": 0.05}
    first, second, *_ = read(folder, **settings)
    begun = {window[0] // 6 for window in numbers([second])}
    assert len(begun) == TOGETHER
    touched = begun | {shard + 1 for shard in begun}
    for shard in set(range(shards)) - touched:
        path = folder / shard_name(shard)
        path.write_bytes(bytes(path.stat().st_size))
    ahead = next(windows(folder, **(BASIC | settings | {"skip_batches": 1})))
    assert equal_batches([ahead], [second])
    assert not equal_batches([first], [second])


def test_fewer_shards_are_held_where_they_are_large(
    footage: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = footage(120, shard_frames=6)
    monkeypatch.setattr("artengine.train.window_order.TOGETHER_BYTES", 1)
    result = numbers(read(folder, validation=0.05))
    assert sorted(window[0] for window in result) == list(range(111))
    assert len({window[0] // 6 for window in result[:12]}) == 2


def test_held_out_windows_are_whole_frames_of_the_tail_in_order(footage: Prepare) -> None:
    folder = footage(100)
    result = held_out(folder)
    assert held_out_numbers(result) == [list(range(first, first + 4)) for first in range(80, 97)]
    frames = Frames(folder, PreparedFootage.open(folder).manifest)
    for number, window in enumerate(result, start=80):
        assert window.truth.shape == (12, 16, 3)
        assert len(window.context) == 3
        for offset, picture in enumerate((*window.context, window.truth)):
            np.testing.assert_array_equal(picture, frames[number + offset])
    strided = held_out_numbers(held_out(folder, stride=5))
    assert strided == [[first, first + 5, first + 10, first + 15] for first in range(80, 85)]


def test_held_out_windows_are_stored_as_pictures(footage: Prepare) -> None:
    """The conversion is lossless."""
    result = held_out(footage(100))
    assert {part.dtype for window in result for part in (*window.context, window.truth)} == {
        np.dtype(np.uint8)
    }
    for window in result:
        context, truth = window.frames()
        for frame, picture in zip((*context, truth), (*window.context, window.truth), strict=True):
            assert frame.dtype == np.float32
            assert 0 <= frame.min() < frame.max() <= 1
            np.testing.assert_array_equal(np.rint(frame * 255), picture)


def test_held_out_windows_can_be_thinned(footage: Prepare) -> None:
    folder = footage(100, 100, shard_frames=5)
    firsts = [window[0] for window in held_out_numbers(held_out(folder, validation=0.4, limit=5))]
    assert firsts[0] == 120
    assert firsts[-1] == 196
    assert len(firsts) == 5
    assert max(np.diff(firsts)) - min(np.diff(firsts)) <= 1
    opened = PreparedFootage.open(folder)
    assert len(held_out_windows(opened, context=3, stride=1, validation=0.4)) == HELD_OUT_WINDOWS


@pytest.mark.parametrize("crop", [None, (40, 24)])
def test_windows_and_single_frames_have_the_same_pixels(
    bikes: Path, tmp_path: Path, crop: tuple[int, int] | None
) -> None:
    prepare(Video(path=str(bikes), end=0.6), tmp_path, size=(64, 32), quality=95)
    frames = Frames(tmp_path, PreparedFootage.open(tmp_path).manifest)
    whole = [frames[number].astype(np.float32) for number in range(len(frames))]
    width, height = crop or (64, 32)
    result = read(tmp_path, crop=crop)
    for context_frames, _ in result:
        oldest = context_frames[0, :, :, :3] * 255
        assert oldest.shape == (height, width, 3)
        assert any(
            np.allclose(oldest, frame[top : top + height, left : left + width], atol=0.01)
            for frame in whole
            for top in range(32 - height + 1)
            for left in range(64 - width + 1)
        )
    assert result


@pytest.mark.parametrize(
    ("scenes", "targets", "validation"),
    [((60,), 1, 0.01), ((30, 30), 4, 0.5), ((50, 2, 8), 4, 0.1), ((20, 20, 20), 1, 0.1)],
)
def test_training_and_held_out_windows_share_no_frame(
    footage: Prepare, scenes: tuple[int, ...], targets: int, validation: float
) -> None:
    folder = footage(*scenes)
    learnt = read(folder, targets=targets, validation=validation)
    measured = held_out_numbers(held_out(folder, validation=validation))
    left = {number for window in numbers(learnt) for number in window}
    right = {number for window in measured for number in window}
    assert left
    assert right
    assert max(left) < min(right)


def test_a_tail_shorter_than_a_window_is_lengthened(footage: Prepare) -> None:
    folder = footage(40, 3)
    measured = held_out_numbers(held_out(folder, validation=0.05))
    assert measured == [[36, 37, 38, 39]]
    learnt = numbers(read(folder, validation=0.05))
    assert max(map(max, learnt)) == 35


def test_too_little_footage_is_reported_with_the_required_length(footage: Prepare) -> None:
    folder = footage(9, 3)
    with pytest.raises(TrainingError, match=r"12 frames, at most 9 .* takes 7 in a row") as error:
        read(folder, context=5, targets=2)
    assert "\n" not in str(error.value)
    with pytest.raises(TrainingError, match=r"12 frames, at most 9 .* takes 6 in a row"):
        held_out(folder, context=5)


def test_a_clip_that_is_too_short_is_named_with_the_required_length(
    tmp_path: Path, bikes: Path
) -> None:
    prepare(Video(path=str(bikes), end=0.2), tmp_path, size=(16, 12))
    with pytest.raises(TrainingError, match=rf"^{re.escape(str(bikes))}: holds 5 .* give 8 frames"):
        read(tmp_path)


@pytest.mark.parametrize(("validation", "least"), [(0.2, 8), (0.7, 12)])
def test_the_required_length_is_sufficient(footage: Any, validation: float, least: int) -> None:
    with pytest.raises(TrainingError, match=f"give {least} frames"):
        read(footage(least - 1), validation=validation)
    assert read(footage(least), validation=validation)


def test_a_folder_without_footage_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="artengine prepare"):
        PreparedFootage.open(tmp_path)


def test_missing_and_unfinished_files_are_reported(footage: Prepare) -> None:
    folder = footage(60)
    path = folder / shard_name(1)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TrainingError, match="lost files"):
        PreparedFootage.open(folder)


def overwrite_half(path: Path) -> None:
    """Overwrite the second half."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2].ljust(len(data), b"\0"))


@pytest.mark.parametrize("damage", [overwrite_half, Path.unlink])
def test_footage_that_is_damaged_while_it_is_read_is_reported(
    footage: Prepare, damage: Callable[[Path], None]
) -> None:
    folder = footage(60)
    batch_source = WindowBatches(windows(folder, **(BASIC | {"passes": None})))
    batch_source.next((), 0, 1)
    opened = PreparedFootage.open(folder)
    damage(folder / shard_name(2))
    rest = (batch_source.next((), step, 1) for step in range(1, 200))
    message = rf"{shard_name(2)}: is damaged or gone; remove the"
    with pytest.raises(TrainingError, match=message):
        list(rest)
    if damage is Path.unlink:
        with pytest.raises(TrainingError, match=message):
            held_out_windows(opened, context=3, stride=1, validation=0.5)
