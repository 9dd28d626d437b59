"""Counting the floating-point operations of a step."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from artengine.nn.step import Step
from artengine.nn.step_model import StepModel


def flops(model: StepModel, network: keras.Model, height: int, width: int) -> int | None:
    """Count the floating-point operations of one step: those of its convolutions and matrix
    products, in which a multiplication and its addition are two. All others are ignored.

    Returns:
        The count for a frame of that size, padded to the network's size divisor; or None if it is
        unknown: for a step with a loop that does not count up to a constant, or with branches that
        differ, or another backend than TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    step = Step(model, network)
    frames = [tf.zeros((height, width, 3))] * model.context
    seed = tf.zeros((2,), tf.int32)
    state = step.initial_state(frames, seed)
    values = {name: getattr(model, name) for name in type(model).automatable()}
    given = (frames, state, seed, values)
    specs = tf.nest.map_structure(
        lambda x: tf.TensorSpec(np.shape(x), tf.as_dtype(tf.convert_to_tensor(x).dtype)), given
    )
    return _counted(tf.function(step, autograph=False).get_concrete_function(*specs).graph)


_PRODUCTS = ("MatMul", "BatchMatMul", "BatchMatMulV2")
_COUNTED = ("Conv2D", "DepthwiseConv2dNative", "Conv2DBackpropInput", *_PRODUCTS, "Einsum")


def _counted(graph: Any) -> int | None:
    """Count the operations of a graph; return None if the count of one is unknown."""
    counted = [_operation(operation) for operation in graph.get_operations()]
    known = [count for count in counted if count is not None]
    return sum(known) if len(known) == len(counted) else None


def _operation(operation: Any) -> int | None:
    """Count one TensorFlow operation, including those of its subgraphs."""
    kind = operation.type
    if kind in ("While", "StatelessWhile"):
        trips, once = _trips(operation), _counted(_inside(operation, "body"))
        return None if trips is None or once is None else trips * once
    if kind in ("If", "StatelessIf"):
        one, other = (_counted(_inside(operation, f"{name}_branch")) for name in ("then", "else"))
        return one if one == other else None
    if kind.endswith(("Case", "PartitionedCall")):
        return None
    if kind not in _COUNTED:
        return 0
    sizes: list[tuple[int, ...]] = [tuple(tensor.shape) for tensor in operation.inputs]
    made: tuple[int, ...] = tuple(operation.outputs[0].shape)
    if any(None in size for size in (*sizes, made)):
        return None
    if kind in ("Conv2D", "DepthwiseConv2dNative"):
        # Each output is a sum over the kernel; the output's last axis is the kernel's channels.
        return 2 * math.prod(made) * math.prod(sizes[1]) // made[-1]
    if kind == "Conv2DBackpropInput":
        # A transposed convolution: each input is spread over the kernel.
        return 2 * math.prod(sizes[2]) * math.prod(sizes[1]) // sizes[2][-1]
    if kind in _PRODUCTS:
        turned = operation.get_attr("transpose_a" if kind == "MatMul" else "adj_x")
        return 2 * math.prod(made) * sizes[0][-2 if turned else -1]
    terms = operation.get_attr("equation").decode().partition("->")[0].split(",")
    sides: dict[str, int] = {}
    for term, size in zip(terms, sizes, strict=True):
        sides |= zip(term, size, strict=True)
    return 2 * math.prod(sides.values())


def _inside(operation: Any, name: str) -> Any:
    """Return the subgraph of an operation by its name."""
    return operation.graph._get_function(operation.get_attr(name).name).graph


def _trips(loop: Any) -> int | None:
    """Return the trip count of a loop that counts up to a constant by one; None for any other."""
    import tensorflow as tf

    condition, body = _inside(loop, "cond"), _inside(loop, "body")
    asked = _source(condition.outputs[0])
    if asked.type != "Less":
        return None
    counter, end = asked.inputs
    names = [tensor.name for tensor in condition.inputs]
    if counter.name not in names:
        return None
    place = names.index(counter.name)
    counted = _source(body.outputs[place])
    if counted.type != "AddV2" or counted.inputs[0].name != body.inputs[place].name:
        return None
    first, step, last = map(tf.get_static_value, (loop.inputs[place], counted.inputs[1], end))
    if first is None or last is None or step != 1:
        return None
    return max(0, int(last) - int(first))


def _source(tensor: Any) -> Any:
    """Return the operation that a tensor comes from, skipping identities."""
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return tensor.op
