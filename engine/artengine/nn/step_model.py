"""What the networks' folder asks of a model: the part of `artengine.model.Model` it calls."""

from __future__ import annotations

from typing import Any, Protocol

from artengine.stepping.tiled_model import TiledModel


class StepModel(TiledModel, Protocol):
    """A recipe for steps with a network; see `artengine.model.Model` for each method's contract."""

    def build(self) -> Any:
        """A new network."""

    def initial_state(self, network: Any, context_frames: Any, seed: Any) -> tuple[Any, ...]:
        """State before the first step."""

    def training_state(
        self, network: Any, context_frames: Any, truth: Any, seed: Any
    ) -> tuple[Any, ...]:
        """State before the first step of a rollout that is learnt from."""

    def step(
        self,
        network: Any,
        context_frames: Any,
        state: tuple[Any, ...],
        seed: Any,
        *,
        training: bool = False,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Prediction and next state."""

    def loss(self, network: Any, context_frames: Any, truth: Any, seed: Any) -> Any:
        """A scalar, of a model that brings a loss of its own."""
