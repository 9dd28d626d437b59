"""Continuing a training, and the checks of its checkpoint."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import TypeAdapter, ValidationError

from artengine.errors import TrainingError, WeightsError
from artengine.loss_weights import LossWeights
from artengine.preset.find import is_file
from artengine.settings import TrainSettings
from artengine.train.log import read_log
from artengine.train.progress import TrainingProgress
from artengine.train.run import Run
from artengine.train.schedule import share_done
from artengine.train.task import TrainingTask
from artengine.weights import model_table, model_words

if TYPE_CHECKING:
    from artengine.nn.distribution import DistributionStrategy

logger = logging.getLogger("artengine")


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """The content of a checkpoint besides its variables.

    Args:
        progress: the progress of the training.
        footage: digest of the prepared footage.
        data: the footage's folder, if the user gave it instead of the preset's source.
        made_with: the settings that the variables depend on; see `made_with`.
    """

    progress: TrainingProgress = field(default_factory=TrainingProgress)
    footage: str = ""
    data: str = ""
    made_with: dict[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls, task: TrainingTask) -> Self:
        """Return the record of a training that has not begun."""
        folder = task.footage.folder
        return cls(
            footage=task.footage.digest,
            data=str(folder.absolute()) if task.user_footage else "",
            made_with=made_with(task),
        )

    def table(self) -> dict[str, Any]:
        """Return plain JSON values, as `parse_record` reads them."""
        table = asdict(self)
        return {**table.pop("progress"), **table}


def made_with(task: TrainingTask) -> dict[str, str]:
    """Return the settings that the number and meaning of a training's variables depend on, in
    words, by their names in presets. A training can only be continued with equal ones."""
    settings = task.settings
    adversarial = isinstance(settings.loss, LossWeights) and settings.loss.adversarial
    scaled = settings.precision == "mixed_float16"
    found = {
        "model": model_words(_without_earlier(task)),
        "train.optimizer": settings.optimizer,
        "train.loss": "with adversarial" if adversarial else "without adversarial",
        "train.precision": "mixed_float16" if scaled else "other than mixed_float16",
        "train.accumulate": "above 1" if settings.accumulate > 1 else "1",
        "train.max_horizon": "above 1" if settings.max_horizon > 1 else "1",
    }
    if settings.max_horizon > 1:
        found["train.batch"] = str(settings.batch)
        found["train.crop"] = f"{task.crop[0]}x{task.crop[1]}"
    return found


def _without_earlier(task: TrainingTask) -> dict[str, Any]:
    """Return the model's table without newer parameters whose value equals the earlier behaviour,
    because older checkpoints do not hold them."""
    table = model_table(task.preset)
    earlier = task.preset.model.earlier
    return {k: v for k, v in table.items() if k not in earlier or earlier[k] != v}


def user_footage(run: Run) -> Path | None:
    """Return the folder of the prepared footage that the user gave, according to the checkpoint.

    Raises:
        WeightsError: when the checkpoint is corrupt.
    """
    from artengine.nn.checkpoint import read_record

    data = read_record(run.checkpoint).get("data")
    return Path(data) if data and isinstance(data, str) else None


def completed(run: Run, settings: TrainSettings) -> TrainingProgress | None:
    """Return the progress of a run that has nothing left to train and holds all its results.

    Returns:
        None if steps or results are missing.

    Raises:
        TrainingError: when the log cannot be read.
        WeightsError: when the checkpoint is corrupt.
    """
    from artengine.nn.checkpoint import read_record

    if not all(map(is_file, (run.checkpoint, run.recipe, run.best, run.last))):
        return None
    record = parse_record(read_record(run.checkpoint))
    rows = read_log(run.log, sys.maxsize)
    # A killed training may have saved a checkpoint of steps whose weights were not saved.
    if record is None or not rows or rows[-1].step != record.progress.step:
        return None
    progress = record.progress
    return progress if share_done(settings, progress.step, progress.seconds) >= 1.0 else None


def read_progress(task: TrainingTask, *, warn: bool = True) -> TrainingProgress:
    """Return the progress of the training in the task's run folder.

    If its footage was prepared by a version that read clips differently, the training continues
    with the footage as it is read now, and a warning is logged. Frame numbers may then refer to
    other frames, so on-policy rollouts start again.

    Args:
        warn: whether to log the warning.

    Raises:
        TrainingError: when it was trained on other footage.
        WeightsError: when the checkpoint is corrupt or belongs to another training.
    """
    from artengine.nn.checkpoint import read_record

    run, wanted = task.run, CheckpointRecord.start(task)
    record = parse_record(read_record(run.checkpoint))
    if record is None:
        raise WeightsError(
            f"{run.checkpoint}: was written by another version of the engine; start again with "
            "another folder, -o"
        )
    read_again = record.footage in task.footage.earlier_digests
    if record.footage != wanted.footage and not read_again:
        raise TrainingError(
            f"{run.folder}: this training learnt from other footage; continue with the same, or "
            "start again with another folder, -o"
        )
    for name, now in wanted.made_with.items():
        before = record.made_with.get(name)
        if before != now:
            raise WeightsError(
                f"{run.checkpoint}: was made with {name} {before}, while this training has {now}; "
                f"continue with the same, or start again with another folder, -o"
            )
    if not read_again:
        return record.progress
    if warn:
        logger.warning(
            "%s: this training learnt from its clip as an earlier version read it; it goes on with "
            "the clip as it is read now",
            run.folder,
        )
    return replace(record.progress, rollouts=[])


def share_progress(
    strategy: DistributionStrategy,
    variables: Sequence[Any],
    task: TrainingTask,
    progress: TrainingProgress,
) -> TrainingProgress:
    """Copy the chief's variables to all workers, and return the chief's progress.

    Raises:
        TrainingError: when the workers' footage or versions differ.
    """
    own = replace(CheckpointRecord.start(task), progress=progress)
    record = parse_record(strategy.from_chief(variables, own.table()))
    if record is None:
        raise TrainingError(
            "the workers are of different versions of the engine; give all the same"
        )
    _, differs = strategy.agreed(0.0, stop=record.footage != own.footage)
    if differs:
        raise TrainingError(
            "the workers learn from different footage; give all of them the same, prepared alike"
        )
    return record.progress


def parse_record(table: Mapping[str, Any]) -> CheckpointRecord | None:
    """Parse the result of `CheckpointRecord.table`, also of version 0.1; None if it is invalid."""
    names = ("footage", "data", "made_with")
    try:
        table = _renamed(table)
        progress = {name: value for name, value in table.items() if name not in names}
        if not set(progress) <= {each.name for each in fields(TrainingProgress)}:
            return None
        return _RECORD.validate_python(
            {"progress": progress, **{name: table[name] for name in names}}
        )
    except (ValidationError, KeyError, AttributeError, TypeError):
        return None


_RECORD = TypeAdapter(CheckpointRecord)

_RENAMED_ROLLOUT = {"place": "frame", "left": "remaining", "left_edge": "left"}
"""Fields of `OnPolicyRollout` by their names in version 0.1, in which a rollout was a walk."""


def _renamed(table: Mapping[str, Any]) -> Mapping[str, Any]:
    if "walks" not in table:
        return table
    rest = {name: value for name, value in table.items() if name != "walks"}
    made_with = {
        name.replace("self_feeding", "max_horizon"): value
        for name, value in table.get("made_with", {}).items()
    }
    rollouts = [
        {_RENAMED_ROLLOUT.get(name, name): value for name, value in walk.items()}
        for walk in table["walks"]
    ]
    return {**rest, "made_with": made_with, "rollouts": rollouts}
