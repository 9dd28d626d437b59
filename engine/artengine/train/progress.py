"""The progress of a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from artengine.train.on_policy import OnPolicyRollout


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """The immutable state of a training besides its variables.

    Args:
        step: number of training steps.
        seconds: time trained.
        best: the best value so far of the model's monitored measure, at the end of an epoch or of
            the training; None before the first.
        epochs: number of complete epochs, each with its row in the log.
        losses: losses of the steps of the current epoch.
        rollouts: state of the batch rows that continue from the network's predictions.
    """

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    epochs: int = 0
    losses: list[float] = field(default_factory=list)
    rollouts: list[OnPolicyRollout] = field(default_factory=list)

    def after_step(self, loss: float, seconds: float, rollouts: Sequence[OnPolicyRollout]) -> Self:
        """Return the progress after one more step."""
        return replace(
            self,
            step=self.step + 1,
            seconds=seconds,
            losses=[*self.losses, loss],
            rollouts=list(rollouts),
        )

    def after_epoch(self) -> Self:
        """Return the progress with the current epoch completed."""
        return replace(self, epochs=self.epochs + 1, losses=[])
