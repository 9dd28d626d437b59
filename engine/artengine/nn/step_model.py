"""The part of `artengine.model.Model` that the package `artengine.nn` calls."""

from __future__ import annotations

from typing import Any, Protocol

from artengine.stepping.tiled_model import TiledModel


class StepModel(TiledModel, Protocol):
    """A model as `artengine.nn` uses it; see `artengine.model.Model` for each method's contract."""

    def build(self) -> Any:
        """Build a new network."""

    def initial_state(self, network: Any, context_frames: Any, seed: Any) -> tuple[Any, ...]:
        """Compute the state before the first step."""

    def training_state(
        self, network: Any, context_frames: Any, truth: Any, seed: Any
    ) -> tuple[Any, ...]:
        """Compute the state before the first step of a training rollout."""

    def step(
        self,
        network: Any,
        context_frames: Any,
        state: tuple[Any, ...],
        seed: Any,
        *,
        training: bool = False,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Compute the prediction and the next state."""

    def loss(self, network: Any, context_frames: Any, truth: Any, seed: Any) -> Any:
        """Return the model's own loss, a scalar."""
