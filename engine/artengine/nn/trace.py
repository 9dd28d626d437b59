"""Tracing of a model's methods as TensorFlow graphs with named inputs and outputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from artengine.nn.step import Bends, Step
from artengine.nn.step_model import StepModel
from artengine.stepping.graph import Draw, NotComputable, Specs, UniformDraw

_SAMPLES = re.compile(r"Stateless(Random(Uniform|Normal|Poisson|Binomial)|Truncated).*")
"""TensorFlow's random operations, which engines lack or implement differently."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A traced function of tensors.

    Args:
        graph: TensorFlow's GraphDef, in which weights are constants. Its nodes are numbered, so
            that the same function gives the same graph, whatever was traced before it.
        draws: functions that draw its random inputs, by name.
        outputs: names of its outputs; with none, the graph is not used.
    """

    graph: Any
    draws: dict[str, Draw]
    outputs: list[str]


class Traces:
    """Traces the step of a trained network, with its current weights as constants.

    Args:
        model, network: the model and its network in float32, with Keras on TensorFlow.
        bends: the bends of the network's layers.
    """

    def __init__(
        self, model: StepModel, network: keras.Model, *, bends: Bends | None = None
    ) -> None:
        self.step_of = Step(model, network, fixed=True, bends=bends, planes=True)

    def start(self, specs: Specs) -> Trace:
        """Trace the model's initial state. Raise `NotComputable` if that fails."""

        def start(given: dict[str, Any]) -> dict[str, Any]:
            state = self.step_of.initial_state(_all(given, "frame"), given["seed"])
            return _numbered("state", state)

        return _traced(start, specs)

    def step(self, specs: Specs) -> Trace:
        """Trace the model's step. Raise `NotComputable` if that fails."""

        def step(given: dict[str, Any]) -> dict[str, Any]:
            values = {
                name.removeprefix("value_"): value
                for name, value in given.items()
                if name.startswith("value_")
            }
            prediction, after = self.step_of(
                _all(given, "frame"), tuple(_all(given, "state")), given["seed"], values
            )
            return {"prediction": prediction, **_numbered("after", after)}

        return _traced(step, specs)


def _all(given: dict[str, Any], word: str) -> list[Any]:
    """Return the inputs `WORD_0`, `WORD_1` and so on."""
    count = sum(bool(re.fullmatch(rf"{word}_\d+", name)) for name in given)
    return [given[f"{word}_{number}"] for number in range(count)]


def _numbered(word: str, parts: Sequence[Any]) -> dict[str, Any]:
    return {f"{word}_{number}": part for number, part in enumerate(parts)}


def _traced(function: Callable[[dict[str, Any]], dict[str, Any]], specs: Specs) -> Trace:
    """Trace a function of named tensors; placeholders and results get these names."""
    import tensorflow as tf

    outputs: list[str] = []

    def traced(*arguments: Any) -> Any:
        made = function(dict(zip(specs, arguments, strict=True)))
        outputs[:] = made
        return [tf.identity(part, name=name) for name, part in made.items()]

    given = [tf.TensorSpec(shape, kind, name) for name, (shape, kind) in specs.items()]
    concrete = tf.function(traced, autograph=False).get_concrete_function(*given)
    graph = concrete.graph.as_graph_def(add_shapes=True)
    if not outputs:
        return Trace(graph, {}, outputs)
    try:
        draws = _cut_chance(graph)
    except ValueError as error:
        raise NotComputable(str(error)) from error
    _keep_needed(graph, outputs)
    called = _rename(graph, [*specs, *outputs])
    return Trace(
        graph, {called[name]: draw for name, draw in draws.items() if name in called}, outputs
    )


def _cut_chance(graph: Any) -> dict[str, Draw]:
    """Replace the random operations of a GraphDef by inputs.

    Returns:
        The functions that draw their values, by the inputs' names.

    Raises:
        ValueError: when a draw depends on more than the seed.
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
    """Return a draw without TensorFlow for a node; None if it is not plain uniform sampling."""
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
    """Return the operations on the seed; None if `UniformDraw` does not support them."""
    if node.op == "Placeholder":
        return [] if node.name == "seed" else None
    if node.op == "Const":
        return [("set", _numbers(node))]
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
    return None if before is None else [*before, (kind, _numbers(constants[0]))]


def _numbers(constant: Any) -> tuple[int, int]:
    """Return a constant operand as two numbers, one for each number of a seed."""
    import tensorflow as tf

    first, second = np.broadcast_to(tf.make_ndarray(constant.attr["value"].tensor), (2,))
    return int(first), int(second)


def _drawing(graph: Any, name: str) -> Draw:
    """Return a function that draws the numbers of a GraphDef's node with TensorFlow."""
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
    """Remove the nodes of a GraphDef that its outputs do not depend on."""
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


def _rename(graph: Any, kept: Iterable[str]) -> dict[str, str]:
    """Number the nodes of a GraphDef, whose original names depend on what was traced before.

    Args:
        kept: nodes that keep their names.

    Returns:
        The new names by the old ones.
    """
    called = {name: name for name in kept}
    for number, node in enumerate(graph.node):
        called.setdefault(node.name, f"node_{number}")
    for node in graph.node:
        node.name = called[node.name]
        for place, given in enumerate(node.input):
            name = _name(given)
            node.input[place] = given.replace(name, called[name], 1)
    return called


def _name(given: str) -> str:
    """Return the name of the node that an input comes from."""
    return given.removeprefix("^").partition(":")[0]
