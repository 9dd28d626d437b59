"""Steps computed by a library for prediction alone."""

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
    """A model's methods as graphs, for inputs of given shapes. Both raise `NotComputable`."""

    def start(self, specs: Specs) -> Graph:
        """From the context and a seed to the state before the first step."""

    def step(self, specs: Specs) -> Graph:
        """From the context, state, seed and numbers to `prediction` and the next state."""

    def start_by_keras(
        self, frames: Sequence[Array], seed: npt.NDArray[np.int32]
    ) -> Sequence[Array]:
        """The state before the first step, where the engine cannot compute it."""


class GraphRuntime:
    """Steps with an engine, compiled once for each frame size.

    All of the step is in the graph: padding, network, what the model makes of its output, cropping.
    Random numbers are drawn outside, from the same seeds as with Keras and by the same generator,
    and handed over.

    Args:
        name: what messages call the model.
        graphs: what is stepped.
        engine: what computes them.
    """

    def __init__(self, name: str, graphs: Graphs, engine: Engine) -> None:
        self._name = name
        self._graphs = graphs
        self._engine = engine
        self._compiled: dict[tuple[int, ...], _Compiled] = {}

    def put(
        self, frame: Frame, missing: tuple[int, int] = (0, 0), spent: GivenFrame | None = None
    ) -> GivenFrame:
        """Take in a frame, which may be read-only; see `Runtime`."""
        return GivenFrame(frame, missing, spent)

    def start(self, frames: Sequence[GivenFrame], seed: npt.NDArray[np.int32]) -> tuple[Array, ...]:
        """The state before the first step."""
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
        """Prediction and next state.

        Raises:
            UsageError: when the engine cannot do it.
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
        """Copy a part of a state, because effects may write to it."""
        return np.array(part)

    def give(self, part: npt.NDArray[np.generic]) -> Array:
        """Copy a part of a state, which may be read-only."""
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
    """A graph for inputs of one shape.

    Args:
        compute: what computes its outputs.
        draws: what draws further inputs, by name.
    """

    compute: Callable[[Mapping[str, Array]], list[Array]]
    draws: Mapping[str, Draw]

    def __call__(self, given: Given) -> list[Array]:
        """Compute the outputs, which nothing else writes to."""
        drawn = {name: draw(given["seed"]) for name, draw in self.draws.items()}
        return self.compute(given.joined(drawn) if drawn else given)
