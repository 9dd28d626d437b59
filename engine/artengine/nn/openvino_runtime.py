"""Steps computed by OpenVINO, a library for prediction alone."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal

import keras
import numpy as np
import numpy.typing as npt
import openvino
import openvino.opset13 as opset

from artengine.errors import UsageError
from artengine.frame import Frame
from artengine.nn.step import Bends, Step
from artengine.nn.step_model import StepModel

_OTHER = "take the runtime keras"


@cache
def _core() -> openvino.Core:
    # Kept for good: on processors with AMX the last core frees a thread's stack for signals while
    # it is in use, and the next signal would crash the process.
    return openvino.Core()


_SAMPLES = re.compile(r"Stateless(Random(Uniform|Normal|Poisson|Binomial)|Truncated).*")
"""TensorFlow's operations that draw random numbers, of which OpenVINO has none."""


class OpenVinoRuntime:
    """Steps with OpenVINO on the processor, converted once for each frame size.

    All of the step is converted: padding, network, what the model makes of its output, cropping.
    Random numbers are drawn by TensorFlow, from the same seeds as there, and handed over.

    Args:
        model, network: what is stepped; the network in float32, and its weights as they are now.
        precision: the arithmetic of the network's layers, and bends: what is done to these.

    Raises:
        UsageError: when Keras is not on TensorFlow, or the processor has no such arithmetic.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        *,
        precision: Literal["float32", "bfloat16"] = "float32",
        bends: Bends | None = None,
    ) -> None:
        if keras.backend.backend() != "tensorflow":
            raise UsageError(
                "the runtime openvino needs Keras on tensorflow, which is on "
                f"{keras.backend.backend()}; {_OTHER}"
            )
        self._core, self._settings = _processor(precision)
        self._name = getattr(type(model), "name", type(model).__name__)
        self._step = Step(model, network, fixed=True, bends=bends)
        self._compiled: dict[tuple[int, ...], _Compiled] = {}

    def put(self, frame: Frame) -> openvino.Tensor:
        """Copy a frame, which may be read-only, to where it can be shared."""
        return _shared(np.array(frame, np.float32))

    def start(
        self, frames: Sequence[openvino.Tensor], seed: npt.NDArray[np.int32]
    ) -> tuple[openvino.Tensor, ...]:
        """The state before the first step, which Keras computes."""
        state = self._step.initial_state([frame.data for frame in frames], seed)
        return tuple(_shared(np.array(part)) for part in state)

    def step(
        self,
        frames: Sequence[openvino.Tensor],
        state: tuple[openvino.Tensor, ...],
        seed: npt.NDArray[np.int32],
        values: Mapping[str, np.generic],
    ) -> tuple[Frame, tuple[openvino.Tensor, ...]]:
        """Prediction and next state."""
        shape = tuple(frames[0].shape)
        given = {f"frame_{number}": frame for number, frame in enumerate(frames)}
        given |= {f"state_{number}": part for number, part in enumerate(state)}
        given["seed"] = _shared(seed)
        given |= {f"value_{name}": _shared(np.array(value)) for name, value in values.items()}
        if shape not in self._compiled:
            self._compiled[shape] = self._compile(given, len(frames), len(state), sorted(values))
        try:
            prediction, *after = self._compiled[shape](given)
        except RuntimeError as error:
            raise self._refusal(error) from error
        return prediction.data, tuple(after)

    def take(self, part: openvino.Tensor) -> npt.NDArray[np.generic]:
        """Copy a part of a state, because effects may write to it."""
        return np.array(part.data)

    def give(self, part: npt.NDArray[np.generic]) -> openvino.Tensor:
        """Copy a part of a state, which may be read-only."""
        return _shared(np.array(part))

    def _compile(
        self, given: Mapping[str, openvino.Tensor], frames: int, states: int, values: list[str]
    ) -> _Compiled:
        graph = self._traced(given, frames, states, values)
        outputs = ["prediction", *(f"after_{number}" for number in range(states))]
        try:
            draw, names = _cut_chance(graph)
            _keep_needed(graph, outputs)
            # Read from a file, for `openvino.convert_model` tells its makers that it was called.
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "step.pb"
                file.write_bytes(graph.SerializeToString())
                model = self._core.read_model(file)
            compiled = self._core.compile_model(model, "CPU", self._settings)
            request = compiled.create_infer_request()
        except (RuntimeError, ValueError) as error:
            raise self._refusal(error) from error
        return _Compiled(request, draw, names, outputs)

    def _refusal(self, error: Exception) -> UsageError:
        return UsageError(
            f'the runtime openvino cannot do model "{self._name}": {_cause(error)}; {_OTHER}'
        )

    def _traced(
        self, given: Mapping[str, openvino.Tensor], frames: int, states: int, values: list[str]
    ) -> Any:
        """The step as TensorFlow's GraphDef, with `given` as placeholders of those names."""
        import tensorflow as tf

        def step(*arguments: Any) -> Any:
            left = iter(arguments)
            context_frames = [next(left) for _ in range(frames)]
            state = tuple(next(left) for _ in range(states))
            seed = next(left)
            prediction, after = self._step(
                context_frames, state, seed, dict(zip(values, left, strict=True))
            )
            named = {"prediction": prediction, **{f"after_{n}": p for n, p in enumerate(after)}}
            return [tf.identity(part, name=name) for name, part in named.items()]

        specs = [
            tf.TensorSpec(tensor.data.shape, tensor.data.dtype, name)
            for name, tensor in given.items()
        ]
        traced = tf.function(step, autograph=False).get_concrete_function(*specs)
        return traced.graph.as_graph_def(add_shapes=True)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A step for frames of one size.

    Args:
        request: OpenVINO's, whose buffers are used again each time.
        draw: from the seed to random numbers.
        chance: their names.
        outputs: names of what is computed.
    """

    request: openvino.InferRequest
    draw: Callable[[Any], Sequence[Any]]
    chance: Sequence[str]
    outputs: Sequence[str]

    def __call__(self, given: Mapping[str, openvino.Tensor]) -> list[openvino.Tensor]:
        """Compute the outputs, which nothing else writes to."""
        drawn = zip(self.chance, self.draw(given["seed"].data), strict=True)
        known = {**given, **{name: _shared(np.array(numbers)) for name, numbers in drawn}}
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


def multiplying(
    a: npt.NDArray[np.float32],
    b: npt.NDArray[np.float32],
    *,
    precision: Literal["float32", "bfloat16"] = "float32",
) -> Callable[[], None]:
    """What multiplies two matrices, each time that it is called; the second is a constant to it.

    Raises:
        UsageError: when the processor has no such arithmetic, or OpenVINO refuses.
    """
    core, settings = _processor(precision)
    left = opset.parameter(a.shape, np.float32)
    product = opset.matmul(left, opset.constant(b), transpose_a=False, transpose_b=False)
    model = openvino.Model([product], [left])
    try:
        request = core.compile_model(model, "CPU", settings).create_infer_request()
    except RuntimeError as error:
        raise UsageError(
            f"the runtime openvino cannot multiply matrices: {_cause(error)}; {_OTHER}"
        ) from error
    request.set_input_tensor(_shared(a))

    def once() -> None:
        request.infer(share_outputs=True)

    return once


def _processor(
    precision: Literal["float32", "bfloat16"],
) -> tuple[openvino.Core, dict[str, str | bool]]:
    """OpenVINO, and how it is to compile for the processor; see `OpenVinoRuntime`."""
    core = _core()
    able = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if precision == "bfloat16" and "BF16" not in able:
        raise UsageError(
            "dream.precision: bfloat16 given, which the runtime openvino cannot do on this "
            f"processor; allowed: float32; or {_OTHER}"
        )
    return core, {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32",
        # Decoding, effects and encoding work beside it.
        "ENABLE_CPU_PINNING": False,
    }


def _cut_chance(graph: Any) -> tuple[Callable[[Any], Sequence[Any]], list[str]]:
    """Put inputs where a GraphDef draws random numbers, and draw them by themselves.

    Returns:
        What draws them, given a seed, and the names of those inputs.

    Raises:
        ValueError: when what is drawn depends on more than the seed.
    """
    import tensorflow as tf

    found = [node for node in graph.node if _SAMPLES.fullmatch(node.op)]
    if not found:
        return lambda _seed: (), []
    names = [node.name for node in found]
    alone = type(graph)()
    alone.CopyFrom(graph)
    _keep_needed(alone, ["seed", *names])
    alone.ClearField("library")
    drawing = tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(alone, name=""), [])
    draw = drawing.prune(
        drawing.graph.get_tensor_by_name("seed:0"),
        [drawing.graph.get_tensor_by_name(f"{name}:0") for name in names],
    )
    for node in found:
        kind, shape = node.attr["dtype"], node.attr["_output_shapes"].list.shape[0]
        node.Clear()
        node.name, node.op = names[found.index(node)], "Placeholder"
        node.attr["dtype"].CopyFrom(kind)
        node.attr["shape"].shape.CopyFrom(shape)
    return lambda seed: draw(tf.convert_to_tensor(seed)), names


def _keep_needed(graph: Any, outputs: Sequence[str]) -> None:
    """Take out of a GraphDef what its outputs do not depend on."""
    nodes = {node.name: node for node in graph.node}
    needed: dict[str, Any] = {}
    left = list(outputs)
    while left:
        name = left.pop().removeprefix("^").partition(":")[0]
        if name not in needed:
            needed[name] = nodes[name]
            left += nodes[name].input
    kept = [node for node in graph.node if node.name in needed]
    del graph.node[:]
    graph.node.extend(kept)


def _shared(array: npt.NDArray[Any]) -> openvino.Tensor:
    return openvino.Tensor(np.asarray(array, order="C"), shared_memory=True)


def _cause(error: Exception) -> str:
    """The line that says what is wrong."""
    lacking = re.search(r"No conversion rule found for operations: (.*)", str(error))
    if lacking:
        return f"it has no {lacking[1].strip()}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shorten(lines[-1].rstrip("."), 200) if lines else type(error).__name__
