"""Continuing a training: what its checkpoint must have been made with."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import TypeAdapter, ValidationError

from artengine.errors import TrainingError, WeightsError
from artengine.loss_weights import LossWeights
from artengine.train.progress import TrainingProgress
from artengine.train.run import Run
from artengine.train.task import TrainingTask
from artengine.weights import model_table, model_words

if TYPE_CHECKING:
    from artengine.nn.distribution import DistributionStrategy

logger = logging.getLogger("artengine")


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """What a checkpoint holds beside its variables.

    Args:
        progress: how far the training has come.
        footage: digest of the prepared footage.
        data: the footage's folder, where the user gave it in place of the preset's source.
        made_with: what decides which variables there are and what they mean; see `made_with`.
    """

    progress: TrainingProgress = field(default_factory=TrainingProgress)
    footage: str = ""
    data: str = ""
    made_with: dict[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls, task: TrainingTask) -> Self:
        """The record of a training that has not begun."""
        folder = task.footage.folder
        return cls(
            footage=task.footage.digest,
            data=str(folder.absolute()) if task.user_footage else "",
            made_with=made_with(task),
        )

    def table(self) -> dict[str, Any]:
        """Plain JSON values, as `parse_record` reads them."""
        table = asdict(self)
        return {**table.pop("progress"), **table}


def made_with(task: TrainingTask) -> dict[str, str]:
    """What decides which variables a training has and what they mean, in words, by the names that a
    preset gives it. A training is continued with the same only."""
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
    """The model's table without parameters that have the value they had before they existed: the
    checkpoints of then do not name them."""
    table = model_table(task.preset)
    earlier = task.preset.model.earlier
    return {k: v for k, v in table.items() if k not in earlier or earlier[k] != v}


def user_footage(run: Run) -> Path | None:
    """The prepared footage that the user gave a training, as its checkpoint names it.

    Raises:
        WeightsError: when the checkpoint is broken.
    """
    from artengine.nn.checkpoint import read_record

    data = read_record(run.checkpoint).get("data")
    return Path(data) if data and isinstance(data, str) else None


def read_progress(task: TrainingTask, *, warn: bool = True) -> TrainingProgress:
    """How far the training in the task's run folder has come.

    Where it learnt from the same footage, prepared by a version that read clips in another way,
    it goes on with the footage as it is read now, with a warning. Its frames may then be others,
    and on-policy rollouts begin anew.

    Args:
        warn: whether to say so.

    Raises:
        TrainingError: when it learnt from other footage.
        WeightsError: when the checkpoint is broken or belongs to another training.
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
    """The chief's progress, once all workers have its variables.

    Raises:
        TrainingError: when the workers learn from different footage or are of different versions.
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
    """Read what `CheckpointRecord.table` gave, of version 0.1 too; None for anything else."""
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
"""Fields of `OnPolicyRollout` in version 0.1, where it was called a walk."""


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
