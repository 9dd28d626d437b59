"""Lessons: what a network is trained on, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from artengine.train.damage import reading_from
from artengine.train.walks import Walk, Walks


class Lessons(Protocol):
    """Gives batches; `rows` is what a checkpoint must hold of it, beside the number of the step."""

    rows: list[Walk]

    def next(self, step: int, longest: int) -> tuple[Any, Any]:
        """What the trainee is shown and what it is to predict.

        Args:
            step: number of the batch.
            longest: how far rows may go on from the network's own predictions.
        """

    def learnt(self, trainee: Any) -> None:
        """Told when a batch was learnt, with what learnt it."""


class WindowLessons:
    """Windows of true frames.

    Args:
        batches: what `windows` gives.
        folder: the prepared footage that they are read from.
    """

    def __init__(self, batches: Iterator[tuple[Any, Any]], folder: Path) -> None:
        self.rows: list[Walk] = []
        self._batches, self._folder = batches, folder

    def next(self, step: int, longest: int) -> tuple[Any, Any]:
        """The next batch, whatever its number. Raises `TrainingError` where it cannot be read."""
        with reading_from(self._folder):
            return next(self._batches)

    def learnt(self, trainee: Any) -> None:
        """Nothing depends on it."""


class WalkLessons:
    """Walks, which go on from the network's own predictions."""

    def __init__(self, walks: Walks) -> None:
        self.rows = walks.rows
        self._walks = walks

    def next(self, step: int, longest: int) -> tuple[Any, Any]:
        """The next step of each walk; those that are over begin anew."""
        steps = self._walks.steps(step, longest)
        return (steps.history, steps.begins), steps.truth

    def learnt(self, trainee: Any) -> None:
        """Let the walks stand where the predictions are."""
        self._walks.stand(np.asarray(trainee.walked)[..., -3:])
