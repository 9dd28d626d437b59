"""Lessons: what a network is trained on, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from artengine.train.on_policy import OnPolicyRollout, OnPolicyRollouts
from artengine.train.read_errors import reading_from


class BatchSource(Protocol):
    """Gives batches; `rows` is what a checkpoint must hold of it, beside the number of the step."""

    rows: list[OnPolicyRollout]

    def next(self, step: int, longest: int) -> tuple[Any, Any]:
        """What the trainee is shown and what it is to predict.

        Args:
            step: number of the batch.
            longest: how far rows may go on from the network's own predictions.
        """

    def learnt(self, trainer: Any) -> None:
        """Told when a batch was learnt, with what learnt it."""


class WindowBatches:
    """Windows of true frames.

    Args:
        batches: what `windows` gives.
        folder: the prepared footage that they are read from.
    """

    def __init__(self, batches: Iterator[tuple[Any, Any]], folder: Path) -> None:
        self.rows: list[OnPolicyRollout] = []
        self._batches, self._folder = batches, folder

    def next(self, step: int, longest: int) -> tuple[Any, Any]:
        """The next batch, whatever its number. Raises `TrainingError` where it cannot be read."""
        with reading_from(self._folder):
            return next(self._batches)

    def learnt(self, trainer: Any) -> None:
        """Nothing depends on it."""


class RolloutBatches:
    """Walks, which go on from the network's own predictions."""

    def __init__(self, walks: OnPolicyRollouts) -> None:
        self.rows = walks.rows
        self._walks = walks

    def next(self, step: int, longest: int) -> tuple[Any, Any]:
        """The next step of each walk; those that are over begin anew."""
        steps = self._walks.steps(step, longest)
        return (steps.context_frames, steps.begins), steps.truth

    def learnt(self, trainer: Any) -> None:
        """Let the walks stand where the predictions are."""
        self._walks.stand(np.asarray(trainer.on_policy_context)[..., -3:])
