"""Steps computed by OpenVINO, a library for prediction alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from artengine.errors import UsageError
from artengine.frame import Frame
from artengine.stepping.compiled_graph import compiled_graph
from artengine.stepping.graph import Draw, Graph, NotConvertible, Specs
from artengine.stepping.openvino_library import openvino
from artengine.stepping.openvino_processor import OTHER, cause, core, settings, shared


class Graphs(Protocol):
    """A model's methods as graphs, for inputs of given shapes."""

    def start(self, specs: Specs) -> Graph:
        """From the context and a seed to the state before the first step."""

    def step(self, specs: Specs) -> Graph:
        """From the context, state, seed and numbers to `prediction` and the next state."""

    def start_by_keras(
        self, frames: Sequence[Frame], seed: npt.NDArray[np.int32]
    ) -> Sequence[npt.NDArray[Any]]:
        """The state before the first step, where OpenVINO cannot compute it."""


class OpenVinoRuntime:
    """Steps with OpenVINO on the processor, converted once for each frame size.

    All of the step is converted: padding, network, what the model makes of its output, cropping.
    Random numbers are drawn outside, from the same seeds as with Keras and by the same generator,
    and handed over.

    Args:
        name: what messages call the model.
        graphs: what is stepped.
        precision: the arithmetic of the network's layers.

    Raises:
        UsageError: when the processor has no such arithmetic.
    """

    def __init__(
        self, name: str, graphs: Graphs, *, precision: Literal["float32", "bfloat16"] = "float32"
    ) -> None:
        self._name = name
        self._graphs = graphs
        self._settings = settings(precision)
        self._compiled: dict[tuple[int, ...], _Compiled] = {}

    def put(self, frame: Frame) -> openvino.Tensor:
        """Copy a frame, which may be read-only, to where it can be shared."""
        return shared(np.array(frame, np.float32))

    def start(
        self, frames: Sequence[openvino.Tensor], seed: npt.NDArray[np.int32]
    ) -> tuple[openvino.Tensor, ...]:
        """The state before the first step."""
        given = {**_named("frame", frames), "seed": shared(seed)}
        try:
            return tuple(self._compile(self._graphs.start, given)(given))
        except UsageError:
            state = self._graphs.start_by_keras([frame.data for frame in frames], seed)
            return tuple(shared(np.array(part)) for part in state)

    def step(
        self,
        frames: Sequence[openvino.Tensor],
        state: tuple[openvino.Tensor, ...],
        seed: npt.NDArray[np.int32],
        values: Mapping[str, np.generic],
    ) -> tuple[Frame, tuple[openvino.Tensor, ...]]:
        """Prediction and next state."""
        shape = tuple(frames[0].shape)
        given = {**_named("frame", frames), **_named("state", state), "seed": shared(seed)}
        given |= {f"value_{name}": shared(np.array(value)) for name, value in values.items()}
        if shape not in self._compiled:
            self._compiled[shape] = self._compile(self._graphs.step, given)
        try:
            prediction, *after = self._compiled[shape](given)
        except RuntimeError as error:
            raise self._refusal(cause(error)) from error
        return prediction.data, tuple(after)

    def take(self, part: openvino.Tensor) -> npt.NDArray[np.generic]:
        """Copy a part of a state, because effects may write to it."""
        return np.array(part.data)

    def give(self, part: npt.NDArray[np.generic]) -> openvino.Tensor:
        """Copy a part of a state, which may be read-only."""
        return shared(np.array(part))

    def _compile(
        self, made: Callable[[Specs], Graph], given: Mapping[str, openvino.Tensor]
    ) -> _Compiled:
        try:
            graph = made({name: _spec(tensor) for name, tensor in given.items()})
            if graph.model is None:
                return _Compiled(None, graph.draws, ())
            if isinstance(graph.model, Path):
                compiled = compiled_graph(graph.model, self._settings)
            else:
                compiled = core().compile_model(graph.model, "CPU", self._settings)
            return _Compiled(compiled.create_infer_request(), graph.draws, graph.outputs)
        except NotConvertible as error:
            raise self._refusal(str(error)) from error
        except RuntimeError as error:
            raise self._refusal(cause(error)) from error

    def _refusal(self, told: str) -> UsageError:
        return UsageError(f'the runtime openvino cannot do model "{self._name}": {told}; {OTHER}')


def _named(word: str, tensors: Sequence[openvino.Tensor]) -> dict[str, openvino.Tensor]:
    return {f"{word}_{number}": tensor for number, tensor in enumerate(tensors)}


def _spec(tensor: openvino.Tensor) -> tuple[tuple[int, ...], str]:
    return tuple(tensor.shape), str(tensor.data.dtype)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A graph for inputs of one shape.

    Args:
        request: OpenVINO's, whose buffers are used again each time; None where there are no
            outputs.
        draws: what draws further inputs, by name.
        outputs: names of what is computed.
    """

    request: openvino.InferRequest | None
    draws: Mapping[str, Draw]
    outputs: Sequence[str]

    def __call__(self, given: Mapping[str, openvino.Tensor]) -> list[openvino.Tensor]:
        """Compute the outputs, which nothing else writes to."""
        if self.request is None:
            return []
        seed = given["seed"].data
        known = {**given, **{name: shared(draw(seed)) for name, draw in self.draws.items()}}
        for port in self.request.model_inputs:
            # What comes out of a step that changes nothing, which OpenVINO leaves out, is a name of
            # what goes in.
            names = (name.partition(":")[0] for name in port.names)
            self.request.set_tensor(port, next(known[name] for name in names if name in known))
        found = []
        for name in self.outputs:
            port = next(p for p in self.request.model_outputs if f"{name}:0" in p.names)
            found.append(openvino.Tensor(port.element_type, port.shape))
            self.request.set_tensor(port, found[-1])
        self.request.infer()
        return found
