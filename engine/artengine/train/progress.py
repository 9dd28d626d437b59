"""How far a training has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from artengine.train.on_policy import OnPolicyRollout


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """The state of a training beside its variables; each step gives a new one.

    Args:
        step: batches trained on.
        seconds: time trained.
        best: the best value so far of what the model is monitored by, at the end of an epoch or of
            the training; None before the first.
        epochs: complete epochs, each with its row in the log.
        losses: of the steps of the epoch that is under way.
        rollouts: where the rows of the batch are that continue from the network's predictions.
    """

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    epochs: int = 0
    losses: list[float] = field(default_factory=list)
    rollouts: list[OnPolicyRollout] = field(default_factory=list)

    def after_step(self, loss: float, seconds: float, rollouts: Sequence[OnPolicyRollout]) -> Self:
        """One batch later."""
        return replace(
            self,
            step=self.step + 1,
            seconds=seconds,
            losses=[*self.losses, loss],
            rollouts=list(rollouts),
        )

    def after_epoch(self) -> Self:
        """With the epoch that was under way complete."""
        return replace(self, epochs=self.epochs + 1, losses=[])
