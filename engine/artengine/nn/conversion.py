"""Conversion of a model's methods to graphs that an engine computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from artengine.errors import UsageError
from artengine.nn.memory_estimate import bytes_per_pixel
from artengine.nn.step import Bends
from artengine.nn.step_model import StepModel
from artengine.nn.trace import Trace, Traces
from artengine.nn.translation import translated
from artengine.runtime_names import RuntimeName
from artengine.stepping.graph import Graph, Specs


class Conversion:
    """Converts the step of a trained network, with its current weights as constants.

    Args:
        model, network: the model and its network in float32.
        runtime: the name of the engine that computes the graphs.
        bends: the bends of the network's layers.

    Raises:
        UsageError: when Keras is not on TensorFlow.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        runtime: RuntimeName,
        *,
        bends: Bends | None = None,
    ) -> None:
        if keras.backend.backend() != "tensorflow":
            raise UsageError(
                f"the runtime {runtime} needs Keras on tensorflow, which is on "
                f"{keras.backend.backend()}; take the runtime keras"
            )
        self._runtime = runtime
        self._model = model
        self._traces = Traces(model, network, bends=bends)

    def bytes_per_pixel(self) -> float | None:
        """Return the network's memory per pixel of a frame; None when it is unknown."""
        return bytes_per_pixel(self._model)

    def start(self, specs: Specs) -> Graph:
        """Convert the model's initial state. Raise `NotComputable` if that fails."""
        return self._converted(self._traces.start(specs))

    def step(self, specs: Specs) -> Graph:
        """Convert the model's step. Raise `NotComputable` if that fails."""
        return self._converted(self._traces.step(specs))

    def start_by_keras(
        self, frames: Sequence[npt.NDArray[Any]], seed: npt.NDArray[np.int32]
    ) -> list[npt.NDArray[Any]]:
        """Compute the model's initial state with Keras, and return it as arrays."""
        state = self._traces.step_of.initial_state(frames, seed)
        return [keras.ops.convert_to_numpy(part) for part in state]

    def _converted(self, trace: Trace) -> Graph:
        made = translated(trace.graph, trace.outputs, self._runtime) if trace.outputs else None
        return Graph(made, trace.draws, trace.outputs)
