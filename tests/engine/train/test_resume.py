"""Whether a training can be resumed, from its checkpoint's record alone."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from artengine.catalog import Catalog
from artengine.errors import TrainingError
from artengine.nn.checkpoint import save_checkpoint
from artengine.preset import parse_preset
from artengine.train.on_policy import OnPolicyRollout
from artengine.train.prepare import prepare
from artengine.train.progress import TrainingProgress
from artengine.train.resume import CheckpointRecord, read_progress
from artengine.train.run import Run
from artengine.train.task import TrainingTask

PRESET = {
    "source": {"use": "synthetic"},
    "model": {"use": "swift", "context": 2},
    "train": {"size": [16, 12], "crop": "whole"},
}


@pytest.fixture
def task(numbered: Any, tmp_path: Path, catalog: Catalog) -> TrainingTask:
    prepare(numbered(), tmp_path / "footage", size=(16, 12))
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    return TrainingTask.of(parse_preset(PRESET, catalog), tmp_path / "footage", run)


def saved(task: TrainingTask, footage: str) -> TrainingProgress:
    """Save a checkpoint of a training that learnt from footage of that digest."""
    progress = TrainingProgress(step=7, rollouts=[OnPolicyRollout(frame=9_999, remaining=3)])
    record = replace(CheckpointRecord.start(task), progress=progress, footage=footage)
    save_checkpoint(task.run.checkpoint, [], record.table())
    return progress


def test_a_training_resumes_with_a_clip_of_an_earlier_reader_version(
    task: TrainingTask, caplog: pytest.LogCaptureFixture
) -> None:
    """The identity of its footage had no version number."""
    content = json.loads(task.footage.manifest.identity)[:-1]
    identity = json.dumps(content, sort_keys=True, separators=(",", ":"))
    progress = saved(task, sha256(identity.encode()).hexdigest()[:16])
    assert read_progress(task, warn=False) == replace(progress, rollouts=[])
    assert not caplog.records
    assert read_progress(task) == replace(progress, rollouts=[])
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.endswith("it goes on with the clip as it is read now")


def test_a_training_resumes_only_with_the_same_footage(
    task: TrainingTask, caplog: pytest.LogCaptureFixture
) -> None:
    assert saved(task, task.footage.digest) == read_progress(task)
    saved(task, "0123456789abcdef")
    with pytest.raises(TrainingError, match="learnt from other footage"):
        read_progress(task)
    assert not caplog.records
