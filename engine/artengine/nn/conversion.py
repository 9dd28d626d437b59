"""A model's methods made into graphs that an engine computes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from artengine.errors import UsageError
from artengine.nn.memory_estimate import bytes_per_pixel
from artengine.nn.step import Bends, Step
from artengine.nn.step_model import StepModel
from artengine.nn.translation import translated
from artengine.runtime_names import RuntimeName
from artengine.stepping.graph import Draw, Graph, NotComputable, Specs, UniformDraw

_SAMPLES = re.compile(r"Stateless(Random(Uniform|Normal|Poisson|Binomial)|Truncated).*")
"""TensorFlow's operations that draw random numbers, of which engines have none, or others."""


class Conversion:
    """Converts the step of a network that learns no more, with the weights that it has now.

    Args:
        model, network: what is stepped; the network in float32.
        runtime: the name of the engine that it is for.
        bends: what is done to its layers.

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
        self._step = Step(model, network, fixed=True, bends=bends, planes=True)

    def bytes_per_pixel(self) -> float | None:
        """What the network takes for each pixel of a frame; None where that is unknown."""
        return bytes_per_pixel(self._model)

    def start(self, specs: Specs) -> Graph:
        """The model's initial state. Raises `NotComputable`."""

        def start(given: dict[str, Any]) -> dict[str, Any]:
            return _numbered("state", self._step.initial_state(_all(given, "frame"), given["seed"]))

        return self._converted(start, specs)

    def step(self, specs: Specs) -> Graph:
        """The model's step. Raises `NotComputable`."""

        def step(given: dict[str, Any]) -> dict[str, Any]:
            values = {
                name.removeprefix("value_"): value
                for name, value in given.items()
                if name.startswith("value_")
            }
            prediction, after = self._step(
                _all(given, "frame"), tuple(_all(given, "state")), given["seed"], values
            )
            return {"prediction": prediction, **_numbered("after", after)}

        return self._converted(step, specs)

    def start_by_keras(
        self, frames: Sequence[npt.NDArray[Any]], seed: npt.NDArray[np.int32]
    ) -> list[npt.NDArray[Any]]:
        """The model's initial state as arrays, computed by Keras."""
        return [keras.ops.convert_to_numpy(p) for p in self._step.initial_state(frames, seed)]

    def _converted(
        self, function: Callable[[dict[str, Any]], dict[str, Any]], specs: Specs
    ) -> Graph:
        """A function of tensors by name as a graph."""
        graph, outputs = _traced(function, specs)
        if not outputs:
            return Graph(None, {}, ())
        try:
            draws = _cut_chance(graph)
        except ValueError as error:
            raise NotComputable(str(error)) from error
        _keep_needed(graph, outputs)
        return Graph(translated(graph, outputs, self._runtime), draws, outputs)


def _all(given: dict[str, Any], word: str) -> list[Any]:
    """The inputs `WORD_0`, `WORD_1` and so on."""
    count = sum(bool(re.fullmatch(rf"{word}_\d+", name)) for name in given)
    return [given[f"{word}_{number}"] for number in range(count)]


def _numbered(word: str, parts: Sequence[Any]) -> dict[str, Any]:
    return {f"{word}_{number}": part for number, part in enumerate(parts)}


def _traced(
    function: Callable[[dict[str, Any]], dict[str, Any]], specs: Specs
) -> tuple[Any, list[str]]:
    """TensorFlow's GraphDef with placeholders and results of those names, and the results'."""
    import tensorflow as tf

    outputs: list[str] = []

    def traced(*arguments: Any) -> Any:
        made = function(dict(zip(specs, arguments, strict=True)))
        outputs[:] = made
        return [tf.identity(part, name=name) for name, part in made.items()]

    given = [tf.TensorSpec(shape, kind, name) for name, (shape, kind) in specs.items()]
    concrete = tf.function(traced, autograph=False).get_concrete_function(*given)
    return concrete.graph.as_graph_def(add_shapes=True), outputs


def _cut_chance(graph: Any) -> dict[str, Draw]:
    """Put inputs where a GraphDef draws random numbers.

    Returns:
        What draws them, by the inputs' names.

    Raises:
        ValueError: when what is drawn depends on more than the seed.
    """
    found = [node for node in graph.node if _SAMPLES.fullmatch(node.op)]
    nodes = {node.name: node for node in graph.node}
    draws = {node.name: _uniform(node, nodes) or _drawing(graph, node.name) for node in found}
    for node in found:
        name, kind, shape = node.name, node.attr["dtype"], _shape(node)
        node.Clear()
        node.name, node.op = name, "Placeholder"
        node.attr["dtype"].CopyFrom(kind)
        node.attr["shape"].shape.CopyFrom(shape)
    return draws


def _shape(node: Any) -> Any:
    return node.attr["_output_shapes"].list.shape[0]


def _uniform(node: Any, nodes: dict[str, Any]) -> Draw | None:
    """What draws the numbers of a node without TensorFlow, where it is one of the plain kind."""
    import tensorflow as tf

    made, shape = nodes[_name(node.input[1])], _shape(node)
    if (node.op, made.op) != ("StatelessRandomUniformV2", "StatelessRandomGetKeyCounter"):
        return None
    if node.attr["dtype"].type != tf.float32.as_datatype_enum or shape.unknown_rank:
        return None
    changes = _changes(nodes[_name(made.input[0])], nodes)
    sides = tuple(side.size for side in shape.dim)
    if changes is None or min(sides, default=0) < 0:
        return None
    return UniformDraw(sides, tuple(changes))


def _changes(node: Any, nodes: dict[str, Any]) -> list[Any] | None:
    """What is done to the seed; None where it is more than `UniformDraw` can do."""
    import tensorflow as tf

    if node.op == "Placeholder":
        return [] if node.name == "seed" else None
    if node.op == "Identity":
        return _changes(nodes[_name(node.input[0])], nodes)
    kind = {"BitwiseXor": "xor", "AddV2": "add"}.get(node.op)
    if kind is None:
        return None
    seeds: list[Any] = []
    constants: list[Any] = []
    for given in (nodes[_name(name)] for name in node.input):
        (constants if given.op == "Const" else seeds).append(given)
    if (len(seeds), len(constants)) != (1, 1):
        return None
    before = _changes(seeds[0], nodes)
    numbers = np.broadcast_to(tf.make_ndarray(constants[0].attr["value"].tensor), (2,))
    return None if before is None else [*before, (kind, tuple(int(n) for n in numbers))]


def _drawing(graph: Any, name: str) -> Draw:
    """What draws the numbers of a node of a GraphDef by TensorFlow."""
    import tensorflow as tf

    alone = type(graph)()
    alone.CopyFrom(graph)
    _keep_needed(alone, ["seed", name])
    alone.ClearField("library")
    drawing = tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(alone, name=""), [])
    draw = drawing.prune(
        drawing.graph.get_tensor_by_name("seed:0"),
        drawing.graph.get_tensor_by_name(f"{name}:0"),
    )
    return lambda seed: np.array(draw(tf.convert_to_tensor(seed)))


def _keep_needed(graph: Any, outputs: Sequence[str]) -> None:
    """Take out of a GraphDef what its outputs do not depend on."""
    nodes = {node.name: node for node in graph.node}
    needed: dict[str, Any] = {}
    left = list(outputs)
    while left:
        name = _name(left.pop())
        if name not in needed:
            needed[name] = nodes[name]
            left += nodes[name].input
    kept = [node for node in graph.node if node.name in needed]
    del graph.node[:]
    graph.node.extend(kept)


def _name(given: str) -> str:
    """The name of the node that an input is of."""
    return given.removeprefix("^").partition(":")[0]
