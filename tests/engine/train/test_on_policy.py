"""Walks go on where the network's predictions are, and never come to an end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import ref

import numpy as np
import pytest

from artengine.errors import TrainingError
from artengine.train.frames import Frames
from artengine.train.manifest import shard_name
from artengine.train.on_policy import OnPolicyRollout, OnPolicyRollouts, _shrunk
from artengine.train.prepare import prepare

Make = Callable[..., OnPolicyRollouts]


@pytest.fixture
def footage(tmp_path: Path, numbered: Any) -> Callable[..., Frames]:
    def make(*scenes: int, size: tuple[int, int] = (16, 12)) -> Frames:
        firsts = np.cumsum([0, *scenes])
        sources = [numbered(count=n, first=int(f)) for n, f in zip(scenes, firsts, strict=False)]
        folder = tmp_path / "footage"
        manifest = prepare(sources, folder, size=size, quality=100, fps=25.0, shard_frames=16)
        return Frames(folder, manifest)

    return make


def walks(frames: Frames, cuts: tuple[int, ...] = (), **changes: Any) -> OnPolicyRollouts:
    basic: dict[str, Any] = {
        "stop": len(frames),
        "context": 3,
        "targets": 1,
        "stride": 1,
        "crop": (16, 12),
        "flip": False,
        "seed": 1,
        "rows": [OnPolicyRollout() for _ in range(2)],
    }
    return OnPolicyRollouts(frames, cuts=cuts, **(basic | changes))


def reds(pixels: Any) -> list[int]:
    """Frame numbers, from the red of one pixel of each frame."""
    flat = pixels.reshape(*pixels.shape[:-1], -1, 3)[..., 0]
    return np.rint(flat * 255).astype(int).tolist()  # type: ignore[no-any-return]


def test_frames_are_found_by_number_in_any_shard(footage: Callable[..., Frames]) -> None:
    frames = footage(40)
    assert [int(frames[number][0, 0, 0]) for number in (39, 0, 15, 16, 39)] == [39, 0, 15, 16, 39]
    assert frames[3].shape == (12, 16, 3)
    np.testing.assert_array_equal(frames[3][:, 0, 1], np.arange(12))


@pytest.mark.parametrize(
    "damage",
    [None, b"", b"\0", b"\xff", b"\7\0\0\0\0\0\0\0", b"no such thing"],
    ids=["gone", "empty", "zeros", "ones", "short", "text"],
)
def test_damaged_frames_say_what_to_do(
    footage: Callable[..., Frames], tmp_path: Path, damage: bytes | None
) -> None:
    frames = footage(40)
    path = tmp_path / "footage" / shard_name(1)
    size = path.stat().st_size
    path.unlink()
    if damage is not None:
        path.write_bytes((damage * size)[:size])
    told = rf"{path}: is damaged or gone; remove the folder {path.parent} and prepare again"
    with pytest.raises(TrainingError, match=told):
        _ = frames[20]


def test_a_walk_begins_with_truth_and_goes_on_frame_by_frame(
    footage: Callable[..., Frames],
) -> None:
    found = walks(footage(40))
    first = found.steps(0, 1000)
    assert first.begins.all()
    for row in range(2):
        seen = reds(first.context_frames[row, 0, 0])
        assert seen == list(range(seen[0], seen[0] + 3))
        assert reds(first.truth[row, 0, 0, 0]) == [seen[-1] + 1]
    for walk in found.rows:
        walk.left, walk.place = 5, 10
    second = found.steps(1, 1000)
    assert not second.begins.any()
    assert reds(second.truth[0, 0, 0, 0]) == [11]
    assert [walk.left for walk in found.rows] == [4, 4]


def test_a_walk_stands_where_its_prediction_is(footage: Callable[..., Frames]) -> None:
    frames = footage(40)
    found = walks(frames)
    for walk in found.rows:
        walk.left, walk.place = 5, 20
    ahead, behind = (frames[n].astype(np.float32) / 255 for n in (23, 18))
    found.stand(np.stack([ahead, behind]))
    assert [walk.place for walk in found.rows] == [23, 18]
    assert [walk.left for walk in found.rows] == [5, 5]


def test_a_walk_that_is_lost_goes_by_the_clock(footage: Callable[..., Frames]) -> None:
    frames = footage(40)
    found = walks(frames)
    for walk in found.rows:
        walk.left, walk.place = 5, 20
    lost = np.zeros((12, 16, 3), np.float32)
    found.stand(np.stack([lost, frames[20].astype(np.float32) / 255]))
    assert [(walk.place, walk.left) for walk in found.rows] == [(20, 5), (20, 5)]
    assert not found.steps(7, 8).begins.any()


def test_after_a_scene_comes_the_place_most_like_its_end(footage: Callable[..., Frames]) -> None:
    # Red counts on over the cut at 20, so the end of the first scene is most like the second's
    # first places, and that of the second, which is the brightest, like the latest that are asked.
    found = walks(footage(20, 20), cuts=(20,))
    for walk, place in zip(found.rows, (19, 39), strict=True):
        walk.left, walk.place = 5, place
    truth = found.steps(1, 8).truth
    assert np.rint(truth[:, 0, 0, 0, 0] * 255).tolist() == [23, 30]


def test_the_held_out_part_is_never_seen(footage: Callable[..., Frames]) -> None:
    found = walks(footage(40), stop=30)
    for step in range(60):
        steps = found.steps(step, 16)
        assert steps.truth[..., 0].max() * 255 < 29.5
        found.stand(steps.truth[:, -1])


def test_crops_and_mirrors_stay_those_of_the_walk(footage: Callable[..., Frames]) -> None:
    found = walks(footage(40), crop=(8, 6), flip=True, rows=[OnPolicyRollout() for _ in range(8)])
    steps = found.steps(0, 64)
    assert steps.context_frames.shape == (8, 6, 8, 9)
    blues = np.rint(steps.truth[:, 0, 0, :, 2] * 255).astype(int)
    assert {int(np.sign(np.diff(row)[0])) for row in blues} == {-1, 1}
    np.testing.assert_array_equal(steps.context_frames[:, 0, :, 2], steps.truth[:, 0, 0, :, 2])
    assert len({(walk.top, walk.left_edge) for walk in found.rows}) > 3


def test_chance_is_that_of_the_step(footage: Callable[..., Frames]) -> None:
    frames = footage(40)
    one, other = walks(frames), walks(frames)
    one.steps(3, 64)
    for walk in one.rows:
        walk.left = 0
    np.testing.assert_array_equal(
        one.steps(4, 64).context_frames, other.steps(4, 64).context_frames
    )


def test_short_walks_are_as_common_as_long_ones(footage: Callable[..., Frames]) -> None:
    """Octave by octave."""
    found = walks(footage(40), rows=[OnPolicyRollout() for _ in range(500)], crop=(1, 1))
    found.steps(0, 15)
    # One step of each is taken already.
    lengths = np.array([walk.left + 1 for walk in found.rows])
    assert set(lengths) == set(range(1, 16))
    octaves = np.bincount(np.log2(lengths).astype(int)) / len(lengths)
    np.testing.assert_allclose(octaves, 0.25, atol=0.06)
    for walk in found.rows:
        walk.left = 0
    found.steps(1, 1)
    assert {walk.left for walk in found.rows} == {0}


def test_memory_is_bounded_however_long_the_footage(
    footage: Callable[..., Frames], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.train.on_policy.KEPT_SMALL", 20)
    made: list[ref[Any]] = []

    def shrunk(picture: Any) -> Any:
        small = _shrunk(picture)
        made.append(ref(small))
        return small

    monkeypatch.setattr("artengine.train.on_policy._shrunk", shrunk)
    found = walks(footage(120))
    for place in range(3, 115):
        for walk in found.rows:
            walk.left, walk.place = 5, place
        found.stand(np.zeros((2, 12, 16, 3), np.float32))
    assert len(made) > 100
    assert sum(small() is not None for small in made) <= 20
