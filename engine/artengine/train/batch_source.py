"""Batch sources, which supply the training data batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from artengine.train.frames import Frames
from artengine.train.on_policy import OnPolicyBatch, OnPolicyRollout, OnPolicySampler
from artengine.train.task import TrainingTask
from artengine.train.windows import WindowBatch, windows


@dataclass(frozen=True, slots=True)
class Batch:
    """The data of one training step.

    Args:
        inputs: the input of `RolloutTrainer`.
        truth: the frames that it has to predict, float32 `(B, T, H, W, 3)`.
        rollouts: the state of the rows, if they continue from the network's own predictions.
    """

    inputs: Any
    truth: Any
    rollouts: Sequence[OnPolicyRollout] = ()


class BatchSource(Protocol):
    """Supplies batches. The only state between two batches is the rollouts, which the caller
    holds."""

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> Batch:
        """Return the batch of a training step.

        Args:
            rollouts: the state of the rows.
            step: number of the training step.
            horizon: maximum number of frames that rows continue from the network's predictions.
        """

    def after_step(self, batch: Batch, trainer: Any) -> Sequence[OnPolicyRollout]:
        """Return the state of the rows after a training step with a batch."""


class WindowBatches:
    """Windows of true frames.

    Args:
        batches: the result of `windows`.
    """

    def __init__(self, batches: Iterator[WindowBatch]) -> None:
        self._batches = batches

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> Batch:
        """Return the next batch, in order. Raise `TrainingError` if it cannot be read."""
        return Batch(*next(self._batches))

    def after_step(self, batch: Batch, trainer: Any) -> Sequence[OnPolicyRollout]:
        """Return no rollouts: windows do not continue each other."""
        return ()


class OnPolicyBatches:
    """Rollouts that continue from the network's own predictions."""

    def __init__(self, sampler: OnPolicySampler, rows: int) -> None:
        self._sampler, self._rows = sampler, rows
        self._nothing: Any = None

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> Batch:
        """Return the next step of each rollout; those that have ended start again."""
        rollouts = rollouts or [OnPolicyRollout()] * self._rows
        batch = self._sampler.next(rollouts, step, horizon)
        context_frames = batch.context_frames if batch.begins.any() else self._no_context(batch)
        return Batch((context_frames, batch.begins), batch.truth, batch.rollouts)

    def after_step(self, batch: Batch, trainer: Any) -> Sequence[OnPolicyRollout]:
        """Move the rollouts to the frames that are most similar to the predictions."""
        from artengine.nn.newest import newest_frames

        predictions = newest_frames(trainer.on_policy_context)
        return self._sampler.align(batch.rollouts, predictions)

    def _no_context(self, batch: OnPolicyBatch) -> Any:
        """Return zeros that are already on the device."""
        from keras import ops

        if self._nothing is None:
            self._nothing = ops.zeros(batch.context_frames.shape, "float32")
        return self._nothing


def batch_source(task: TrainingTask, step: int) -> BatchSource:
    """Create the batch source of a training; its first batch is that of `step`.

    Raises:
        TrainingError: when there is too little footage for a window in each part.
    """
    settings, footage = task.settings, task.footage
    if settings.max_horizon > 1:
        sampler = OnPolicySampler(
            Frames(footage.folder, footage.manifest),
            cuts=footage.manifest.cuts,
            stop=task.held_out_from,
            context=task.model.context,
            targets=settings.rollout,
            stride=settings.stride,
            crop=task.crop,
            flip=settings.flip,
            seed=task.preset.seed,
        )
        return OnPolicyBatches(sampler, settings.batch)
    batches = windows(
        footage,
        context=task.model.context,
        targets=settings.rollout,
        stride=settings.stride,
        validation=settings.validation,
        crop=None if settings.crop == "whole" else settings.crop,
        flip=settings.flip,
        batch=settings.batch,
        seed=task.preset.seed,
        epoch=0,
        passes=None,
        skip_batches=step,
    )
    return WindowBatches(batches)
