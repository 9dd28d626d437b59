"""Batch sources: what a network is trained on, batch by batch."""

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
    """What one training step learns from.

    Args:
        inputs: what `RolloutTrainer` is given.
        truth: the frames that it is to predict, float32 `(B, T, H, W, 3)`.
        rollouts: where the rows are, if they continue from the network's own predictions.
    """

    inputs: Any
    truth: Any
    rollouts: Sequence[OnPolicyRollout] = ()


class BatchSource(Protocol):
    """Gives batches. All that it keeps from one to the next are the rollouts, which the caller
    holds."""

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> Batch:
        """The batch of a training step.

        Args:
            rollouts: where the rows are.
            step: number of the training step.
            horizon: for how many frames at most rows continue from the network's own predictions.
        """

    def after_step(self, batch: Batch, trainer: Any) -> Sequence[OnPolicyRollout]:
        """Where the rows are, once a trainer has learnt from a batch."""


class WindowBatches:
    """Windows of true frames.

    Args:
        batches: what `windows` gives.
    """

    def __init__(self, batches: Iterator[WindowBatch]) -> None:
        self._batches = batches

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> Batch:
        """The next batch, in order. Raises `TrainingError` where it cannot be read."""
        return Batch(*next(self._batches))

    def after_step(self, batch: Batch, trainer: Any) -> Sequence[OnPolicyRollout]:
        """No rollouts: windows do not continue each other."""
        return ()


class OnPolicyBatches:
    """Rollouts that continue from the network's own predictions."""

    def __init__(self, sampler: OnPolicySampler, rows: int) -> None:
        self._sampler, self._rows = sampler, rows
        self._nothing: Any = None

    def next(self, rollouts: Sequence[OnPolicyRollout], step: int, horizon: int) -> Batch:
        """The next step of each rollout; those that have ended start again."""
        rollouts = rollouts or [OnPolicyRollout()] * self._rows
        batch = self._sampler.next(rollouts, step, horizon)
        context_frames = batch.context_frames if batch.begins.any() else self._no_context(batch)
        return Batch((context_frames, batch.begins), batch.truth, batch.rollouts)

    def after_step(self, batch: Batch, trainer: Any) -> Sequence[OnPolicyRollout]:
        """Move the rollouts to the frames that the predictions look like."""
        from artengine.nn.newest import newest_frames

        predictions = newest_frames(trainer.on_policy_context)
        return self._sampler.align(batch.rollouts, predictions)

    def _no_context(self, batch: OnPolicyBatch) -> Any:
        """Zeros, which are on the device already."""
        from keras import ops

        if self._nothing is None:
            self._nothing = ops.zeros(batch.context_frames.shape, "float32")
        return self._nothing


def batch_source(task: TrainingTask, step: int) -> BatchSource:
    """What a training learns from, from the batch of a step on.

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
