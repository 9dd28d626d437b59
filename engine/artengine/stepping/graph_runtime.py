"""Steps computed by an inference library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from artengine.errors import UsageError
from artengine.frame import Frame
from artengine.stepping.given import Given, GivenFrame
from artengine.stepping.graph import Array, Draw, Engine, Graph, NotComputable, Specs


class Graphs(Protocol):
    """Makes graphs of a model's methods; `start` and `step` may raise `NotComputable`."""

    def start(self, specs: Specs) -> Graph:
        """Return the graph from the context and a seed to the state before the first step."""

    def step(self, specs: Specs) -> Graph:
        """Return the graph from context, state, seed and numbers to `prediction` and next state."""

    def start_by_keras(
        self, frames: Sequence[Array], seed: npt.NDArray[np.int32]
    ) -> Sequence[Array]:
        """Compute the state before the first step with Keras, when the engine cannot."""


class GraphRuntime:
    """Computes steps with an engine, compiled once for each frame size.

    The graph holds the whole step: padding, network, the model's post-processing, cropping. Random
    numbers are inputs of the graph, drawn with the same seeds and generator as in Keras.

    Args:
        name: the model's name in messages.
        graphs: the graphs of the model's methods.
        engine: the engine that computes them.
    """

    def __init__(self, name: str, graphs: Graphs, engine: Engine) -> None:
        self._name = name
        self._graphs = graphs
        self._engine = engine
        self._compiled: dict[tuple[int, ...], _Compiled] = {}

    def put(
        self, frame: Frame, missing: tuple[int, int] = (0, 0), spent: GivenFrame | None = None
    ) -> GivenFrame:
        """Wrap a frame, which may be read-only; see `Runtime`."""
        return GivenFrame(frame, missing, spent)

    def start(self, frames: Sequence[GivenFrame], seed: npt.NDArray[np.int32]) -> tuple[Array, ...]:
        """Compute the state before the first step."""
        given = Given(frames, {"seed": seed})
        try:
            return tuple(self._compile(self._graphs.start, given)(given))
        except NotComputable:
            planes = [frame.planes for frame in frames]
            return tuple(np.array(part) for part in self._graphs.start_by_keras(planes, seed))

    def step(
        self,
        frames: Sequence[GivenFrame],
        state: tuple[Array, ...],
        seed: npt.NDArray[np.int32],
        values: Mapping[str, np.generic],
    ) -> tuple[Frame, tuple[Array, ...]]:
        """Compute the prediction and the next state.

        Raises:
            UsageError: when the engine does not support the model.
        """
        shape = frames[0].shape
        others = {f"state_{number}": part for number, part in enumerate(state)}
        others |= {f"value_{name}": np.array(value) for name, value in values.items()}
        given = Given(frames, {**others, "seed": seed})
        try:
            if shape not in self._compiled:
                self._compiled[shape] = self._compile(self._graphs.step, given)
            prediction, *after = self._compiled[shape](given)
        except NotComputable as error:
            raise UsageError(
                f'the runtime {self._engine.name} cannot do model "{self._name}": {error}; take '
                "the runtime keras"
            ) from error
        return prediction, tuple(after)

    def take(self, part: Array) -> Array:
        """Copy an array of the state, because effects may write to it."""
        return np.array(part)

    def give(self, part: npt.NDArray[np.generic]) -> Array:
        """Copy an array of the state, which may be read-only."""
        return np.array(part)

    def _compile(self, made: Callable[[Specs], Graph], given: Given) -> _Compiled:
        graph = made(given.specs())
        if graph.model is None:
            return _Compiled(_nothing, graph.draws)
        return _Compiled(self._engine.compile(graph.model, graph.outputs), graph.draws)


def _nothing(_given: Mapping[str, Array]) -> list[Array]:
    return []


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A compiled graph for inputs of one shape.

    Args:
        compute: computes its outputs.
        draws: functions that draw its random inputs, by name.
    """

    compute: Callable[[Mapping[str, Array]], list[Array]]
    draws: Mapping[str, Draw]

    def __call__(self, given: Given) -> list[Array]:
        """Compute the outputs, each in a new buffer."""
        drawn = {name: draw(given["seed"]) for name, draw in self.draws.items()}
        return self.compute(given.joined(drawn) if drawn else given)
