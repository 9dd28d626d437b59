"""On-policy rollouts continue at the frames nearest to the predictions, and never end."""

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
from artengine.train.on_policy import OnPolicyRollout, OnPolicySampler, _thumbnail
from artengine.train.prepare import prepare


@pytest.fixture
def footage(tmp_path: Path, numbered: Any) -> Callable[..., Frames]:
    def make(*scenes: int, size: tuple[int, int] = (16, 12)) -> Frames:
        firsts = np.cumsum([0, *scenes])
        sources = [numbered(count=n, first=int(f)) for n, f in zip(scenes, firsts, strict=False)]
        folder = tmp_path / "footage"
        manifest = prepare(sources, folder, size=size, quality=100, fps=25.0, shard_frames=16)
        return Frames(folder, manifest)

    return make


def sampler(frames: Frames, cuts: tuple[int, ...] = (), **changes: Any) -> OnPolicySampler:
    basic: dict[str, Any] = {
        "stop": len(frames),
        "context": 3,
        "targets": 1,
        "stride": 1,
        "crop": (16, 12),
        "flip": False,
        "seed": 1,
    }
    return OnPolicySampler(frames, cuts=cuts, **(basic | changes))


NEW = [OnPolicyRollout()] * 2
"""Two rows that begin in the next batch."""


def rows_at(*frames: int) -> list[OnPolicyRollout]:
    """Return rows at those frames, with five frames remaining."""
    return [OnPolicyRollout(frame=frame, remaining=5) for frame in frames]


def frame_numbers(pixels: Any) -> list[int]:
    """Return the frame numbers, from the red of one pixel of each frame."""
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
def test_damaged_frames_are_reported_with_a_remedy(
    footage: Callable[..., Frames], tmp_path: Path, damage: bytes | None
) -> None:
    frames = footage(40)
    path = tmp_path / "footage" / shard_name(1)
    size = path.stat().st_size
    path.unlink()
    if damage is not None:
        path.write_bytes((damage * size)[:size])
    message = rf"{path}: is damaged or gone; remove the folder {path.parent} and prepare again"
    with pytest.raises(TrainingError, match=message):
        _ = frames[20]


def test_a_rollout_begins_with_truth_and_advances_frame_by_frame(
    footage: Callable[..., Frames],
) -> None:
    policy = sampler(footage(40))
    first = policy.next(NEW, 0, 1000)
    assert first.begins.all()
    for row in range(2):
        seen = frame_numbers(first.context_frames[row, 0, 0])
        assert seen == list(range(seen[0], seen[0] + 3))
        assert frame_numbers(first.truth[row, 0, 0, 0]) == [seen[-1] + 1]
        assert first.rollouts[row].frame == seen[-1] + 1
    second = policy.next(rows_at(10, 10), 1, 1000)
    assert not second.begins.any()
    assert frame_numbers(second.truth[0, 0, 0, 0]) == [11]
    assert [rollout.remaining for rollout in second.rollouts] == [4, 4]


def test_a_rollout_moves_to_the_frame_most_like_its_prediction(
    footage: Callable[..., Frames],
) -> None:
    frames = footage(40)
    ahead, behind = (frames[n].astype(np.float32) / 255 for n in (23, 18))
    moved = sampler(frames).align(rows_at(20, 20), np.stack([ahead, behind]))
    assert moved == rows_at(23, 18)


def test_a_rollout_unlike_all_candidates_keeps_its_frame(
    footage: Callable[..., Frames],
) -> None:
    frames = footage(40)
    policy = sampler(frames)
    unlike = np.zeros((12, 16, 3), np.float32)
    moved = policy.align(rows_at(20, 20), np.stack([unlike, frames[20].astype(np.float32) / 255]))
    assert moved == rows_at(20, 20)
    assert not policy.next(moved, 7, 8).begins.any()


def test_a_rollout_jumps_from_the_end_of_a_scene_to_the_most_similar_frame(
    footage: Callable[..., Frames],
) -> None:
    # Red keeps counting over the cut at 20, so the end of the first scene is most like the first
    # frames of the second, and the end of the second, the brightest frame, like the latest ones.
    truth = sampler(footage(20, 20), cuts=(20,)).next(rows_at(19, 39), 1, 8).truth
    assert np.rint(truth[:, 0, 0, 0, 0] * 255).tolist() == [23, 30]


def test_the_held_out_part_is_never_sampled(footage: Callable[..., Frames]) -> None:
    policy, rollouts = sampler(footage(40), stop=30), NEW
    for step in range(60):
        batch = policy.next(rollouts, step, 16)
        assert batch.truth[..., 0].max() * 255 < 29.5
        rollouts = policy.align(batch.rollouts, batch.truth[:, -1])


def test_crop_and_mirroring_are_fixed_for_a_rollout(footage: Callable[..., Frames]) -> None:
    policy = sampler(footage(40), crop=(8, 6), flip=True)
    batch = policy.next(4 * NEW, 0, 64)
    assert batch.context_frames.shape == (8, 6, 8, 9)
    blues = np.rint(batch.truth[:, 0, 0, :, 2] * 255).astype(int)
    assert {int(np.sign(np.diff(row)[0])) for row in blues} == {-1, 1}
    np.testing.assert_array_equal(batch.context_frames[:, 0, :, 2], batch.truth[:, 0, 0, :, 2])
    assert len({(rollout.top, rollout.left) for rollout in batch.rollouts}) > 3


def test_random_numbers_depend_only_on_the_step(footage: Callable[..., Frames]) -> None:
    frames = footage(40)
    one, other = sampler(frames), sampler(frames)
    one.next(NEW, 3, 64)
    np.testing.assert_array_equal(
        one.next(NEW, 4, 64).context_frames, other.next(NEW, 4, 64).context_frames
    )


def test_short_rollouts_are_as_common_as_long_ones(footage: Callable[..., Frames]) -> None:
    """Lengths are uniform over octaves."""
    policy = sampler(footage(40), crop=(1, 1))
    # One step of each rollout has been taken already.
    rollouts = policy.next(250 * NEW, 0, 15).rollouts
    lengths = np.array([rollout.remaining + 1 for rollout in rollouts])
    assert set(lengths) == set(range(1, 16))
    octaves = np.bincount(np.log2(lengths).astype(int)) / len(lengths)
    np.testing.assert_allclose(octaves, 0.25, atol=0.06)
    rollouts = policy.next(250 * NEW, 1, 1).rollouts
    assert {rollout.remaining for rollout in rollouts} == {0}


def test_memory_does_not_grow_with_the_footage(
    footage: Callable[..., Frames], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.train.on_policy.KEPT_THUMBNAILS", 20)
    thumbnails: list[ref[Any]] = []

    def thumbnail(picture: Any) -> Any:
        small = _thumbnail(picture)
        thumbnails.append(ref(small))
        return small

    monkeypatch.setattr("artengine.train.on_policy._thumbnail", thumbnail)
    policy = sampler(footage(120))
    for frame in range(3, 115):
        policy.align(rows_at(frame, frame), np.zeros((2, 12, 16, 3), np.float32))
    assert len(thumbnails) > 100
    assert sum(small() is not None for small in thumbnails) <= 20
