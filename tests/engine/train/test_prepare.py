"""Preparing footage: every frame is stored once, also after interruptions."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from artengine.errors import PluginError, SourceError, TrainingError
from artengine.ffmpeg import ffmpeg_executable
from artengine.frame import Picture
from artengine.train.manifest import Manifest, shard_name
from artengine.train.prepare import prepare
from artengine_plugins.sources.video import Video

SETTINGS: dict[str, Any] = {"size": (40, 24), "shard_frames": 48}


def stored(folder: Path) -> list[tuple[int, Picture]]:
    """Return the index and the picture of each record, in the order of the files."""
    import tensorflow as tf

    manifest = Manifest.read(folder)
    assert manifest is not None
    frames = []
    for shard in range(len(manifest.shards)):
        for record in tf.data.TFRecordDataset(str(folder / shard_name(shard))):
            example = tf.train.Example.FromString(record.numpy()).features.feature
            data = np.frombuffer(example["image"].bytes_list.value[0], np.uint8)
            bgr = cv2.imdecode(data, cv2.IMREAD_COLOR)
            assert bgr is not None
            frames.append((example["index"].int64_list.value[0], bgr[..., ::-1].astype(np.uint8)))
    return frames


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def fail_if_called(done: int, total: int | None) -> None:
    pytest.fail(f"frame {done} of {total} was stored again")


def test_every_frame_of_a_clip_is_stored_once(tmp_path: Path, bikes: Path) -> None:
    calls: list[tuple[int, int | None]] = []
    source = Video(path=str(bikes), at_end="loop")
    manifest = prepare(source, tmp_path, progress=lambda *call: calls.append(call), **SETTINGS)
    assert manifest == Manifest.read(tmp_path)
    assert manifest.finished
    assert (manifest.size, manifest.fps) == ((40, 24), 25.0)
    assert [shard.frames for shard in manifest.shards] == [48, 48, 48, 48, 48, 10]
    assert manifest.cuts == (30, 76, 137, 187, 242)
    assert manifest.origins[0].fingerprint == source.fingerprint()
    assert calls == [(count, 250) for count in range(1, 251)]
    frames = stored(tmp_path)
    assert [index for index, _ in frames] == list(range(250))
    truths = Video(path=str(bikes), at_end="stop").open((40, 24)).frames()
    errors = [
        float(np.abs(picture.astype(int) - truth).mean())
        for (_, picture), truth in zip(frames, truths, strict=True)
    ]
    assert max(errors) < 4


def test_quality_100_is_lossless(tmp_path: Path, numbered: Any) -> None:
    prepare(numbered(count=5), tmp_path, size=(20, 10), quality=100)
    truths = numbered(count=5).open((20, 10)).frames()
    for (_, picture), truth in zip(stored(tmp_path), truths, strict=True):
        np.testing.assert_array_equal(picture, truth)


def test_lower_quality_is_smaller(tmp_path: Path, bikes: Path) -> None:
    source = Video(path=str(bikes), end=0.2)
    sizes = [
        prepare(source, tmp_path / str(quality), quality=quality, **SETTINGS).shards[0].bytes
        for quality in (30, 95, 100)
    ]
    assert sizes == sorted(set(sizes))


def test_a_stopped_preparation_resumes_with_the_same_bytes(
    tmp_path: Path, bikes: Path, start: Callable[..., Any]
) -> None:
    killed = (
        "import os, signal, sys; from pathlib import Path\n"
        "from artengine.train.prepare import prepare\n"
        "from artengine_plugins.sources.video import Video\n"
        "def progress(done, total):\n"
        "    if done == 79: os.kill(os.getpid(), signal.SIGKILL)\n"
        "clips = [Video(path=sys.argv[1]), Video(path=sys.argv[1], start=4)]\n"
        "prepare(clips, Path(sys.argv[2]), size=(40, 24), shard_frames=48, progress=progress)\n"
    )
    folder, whole = tmp_path / "stopped", tmp_path / "whole"
    assert start(bikes, folder, code=killed).wait(timeout=60) == -signal.SIGKILL
    assert Manifest.read(folder).frames == 48  # type: ignore[union-attr]

    clips = [Video(path=str(bikes)), Video(path=str(bikes), start=4)]
    begun = []
    for stop in (192, 250, 260):
        seen: list[int] = []

        def progress(done: int, total: int | None, stop: int = stop, seen: Any = seen) -> None:
            seen.append(done)
            if done == stop:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            prepare(clips, folder, progress=progress, **SETTINGS)
        begun.append(seen[0])
    assert begun == [49, 193, 241]
    prepare(clips, folder, **SETTINGS)
    prepare(clips, whole, **SETTINGS)
    assert files(folder) == files(whole)


@pytest.mark.parametrize("lost", [0, 3])
def test_missing_shards_are_written_again(tmp_path: Path, bikes: Path, lost: int) -> None:
    source = Video(path=str(bikes))
    prepare(source, tmp_path, **SETTINGS)
    whole = files(tmp_path)
    (tmp_path / shard_name(lost)).write_bytes(b"")
    prepare(source, tmp_path, **SETTINGS)
    assert files(tmp_path) == whole


def test_finished_footage_is_not_written_again(tmp_path: Path, numbered: Any) -> None:
    first = prepare(numbered(), tmp_path, **SETTINGS)
    times = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("frames*")}
    assert prepare(numbered(), tmp_path, progress=fail_if_called, **SETTINGS) == first
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("frames*")} == times


def test_several_sources_are_joined_with_a_scene_cut(tmp_path: Path, numbered: Any) -> None:
    sources = [numbered(count=7), numbered(count=50, first=7), numbered(count=3, first=57)]
    manifest = prepare(sources, tmp_path, quality=100, **SETTINGS)
    assert manifest.cuts == (7, 57)
    assert [origin.start for origin in manifest.origins] == [0, 7, 57]
    assert [picture[0, 0, 0] for _, picture in stored(tmp_path)] == list(range(60))


def test_endless_sources_are_capped(tmp_path: Path, numbered: Any) -> None:
    calls = []
    manifest = prepare(
        numbered(endless=True),
        tmp_path,
        fps=10.0,
        seconds=2.5,
        progress=lambda *call: calls.append(call),
        **SETTINGS,
    )
    assert manifest.frames == 25
    assert calls[-1] == (25, 25)
    assert manifest.fps == 10


def test_a_file_of_unknown_length_is_read_to_its_end(tmp_path: Path, bikes: Path) -> None:
    clip = tmp_path / "clip.gif"
    command = [ffmpeg_executable(), "-v", "error", "-i", str(bikes), "-vf", "scale=40:24"]
    subprocess.run([*command, str(clip)], check=True)
    source = Video(path=str(clip))
    assert source.once().open().length is None
    totals = set()
    manifest = prepare(
        source,
        tmp_path / "footage",
        seconds=0.5,
        progress=lambda _, total: totals.add(total),
        **SETTINGS,
    )
    assert manifest.frames == 250
    assert totals == {None}


def test_the_size_of_shards_is_bounded(
    tmp_path: Path, numbered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artengine.train.store.SHARD_BYTES", 5000)
    manifest = prepare(numbered(count=60), tmp_path, **SETTINGS)
    assert manifest.frames == 60
    assert max(shard.bytes for shard in manifest.shards) < 6500
    assert max(shard.frames for shard in manifest.shards) < 48


def test_a_source_without_frames_is_refused(tmp_path: Path, numbered: Any) -> None:
    with pytest.raises(SourceError, match="no frames"):
        prepare(numbered(count=0), tmp_path, **SETTINGS)


def test_other_footage_in_the_folder_is_refused(tmp_path: Path, numbered: Any) -> None:
    prepare(numbered(), tmp_path, **SETTINGS)
    whole = files(tmp_path)
    for source, changes in (
        (numbered(first=1), {}),
        (numbered(), {"size": (24, 24)}),
        (numbered(), {"fps": 5.0}),
        (numbered(), {"quality": 50}),
    ):
        with pytest.raises(TrainingError, match=r"other footage|footage of another.*remove"):
            prepare(source, tmp_path, **(SETTINGS | changes))
    assert files(tmp_path) == whole


def test_a_copied_file_is_recognised(tmp_path: Path, bikes: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(bikes.read_bytes())
    prepare(Video(path=str(bikes), end=0.4), tmp_path / "footage", **SETTINGS)
    prepare(
        Video(path=str(copy), end=0.4), tmp_path / "footage", progress=fail_if_called, **SETTINGS
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 99}'])
def test_a_broken_manifest_is_reported(tmp_path: Path, numbered: Any, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(TrainingError, match=r"manifest\.json: .*remove the folder") as error:
        prepare(numbered(), tmp_path, **SETTINGS)
    assert "\n" not in str(error.value)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path, numbered: Any) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match=r"file/in: cannot be written \(not a directory\)"):
        prepare(numbered(), tmp_path / "file" / "in", **SETTINGS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_reported_and_finished_shards_are_kept(
    tmp_path: Path, numbered: Any
) -> None:
    partial = tmp_path / f"{shard_name(1)}.part"
    partial.symlink_to("/dev/full")
    with pytest.raises(TrainingError, match=r"\(no space left on device\)") as error:
        prepare(numbered(count=99), tmp_path, **SETTINGS)
    assert "\n" not in str(error.value)
    manifest = Manifest.read(tmp_path)
    assert manifest is not None
    assert manifest.frames == 48
    assert not partial.is_symlink()
    assert prepare(numbered(count=99), tmp_path, **SETTINGS).frames == 99


def test_a_source_that_returns_another_size_is_named(
    tmp_path: Path, numbered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = numbered().open((30, 30))
    wrong.size = (40, 24)
    real = numbered.open
    monkeypatch.setattr(numbered, "open", lambda *_: wrong)
    wrong.frames = lambda start=0: real(numbered(), (30, 30)).frames(start)
    with pytest.raises(PluginError, match="numbered: delivered 30x30 pixels where 40x24"):
        prepare(numbered(), tmp_path, **SETTINGS)


def test_the_manifest_is_json(tmp_path: Path, numbered: Any) -> None:
    prepare([numbered(count=20), numbered(count=20)], tmp_path, **SETTINGS)
    table = json.loads((tmp_path / "manifest.json").read_text())
    assert table["size"] == [40, 24]
    assert table["cuts"] == [20]
    assert sum(shard["frames"] for shard in table["shards"]) == 40
    assert not list(tmp_path.glob("*.part"))
