"""Counting what a step computes."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from artengine.nn.step import Step
from artengine.nn.stepper import Stepper


def flops(model: Stepper, network: keras.Model, height: int, width: int) -> int | None:
    """Count the floating-point operations of one step: those of its convolutions and products of
    matrices, of which a multiplication and its addition are two. All else is left out.

    Returns:
        The count for a frame of that size, padded to what the network divides by; or None where it
        cannot be told: for a step with a loop in it, or another backend than TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    step = Step(model, network)
    frames = [tf.zeros((height, width, 3))] * model.context
    state = step.initial_state(frames)
    values = {name: getattr(model, name) for name in type(model).automatable()}
    given = (frames, state, tf.zeros((2,), tf.int32), values)
    specs = tf.nest.map_structure(
        lambda x: tf.TensorSpec(np.shape(x), tf.as_dtype(tf.convert_to_tensor(x).dtype)), given
    )
    graph = tf.function(step, autograph=False).get_concrete_function(*specs).graph
    counted = [_operation(operation) for operation in graph.get_operations()]
    known = [count for count in counted if count is not None]
    return sum(known) if len(known) == len(counted) else None


def _operation(operation: Any) -> int | None:
    """Count one operation of TensorFlow's; None for one that holds others."""
    kind = operation.type
    if kind.endswith(("While", "If", "Case", "PartitionedCall")):
        return None
    sizes = [tuple(map(int, tensor.shape)) for tensor in operation.inputs]
    if kind in ("Conv2D", "DepthwiseConv2dNative"):
        made = tuple(map(int, operation.outputs[0].shape))
        # Each output is a sum over the kernel, whose channels are the outputs' last axis.
        return 2 * math.prod(made) * math.prod(sizes[1]) // made[-1]
    if kind == "Conv2DBackpropInput":
        # Turned round: each input is spread over the kernel.
        return 2 * math.prod(sizes[2]) * math.prod(sizes[1]) // sizes[2][-1]
    if kind in ("MatMul", "BatchMatMul", "BatchMatMulV2"):
        turned = operation.get_attr("transpose_a" if kind == "MatMul" else "adj_x")
        made = tuple(map(int, operation.outputs[0].shape))
        return 2 * math.prod(made) * sizes[0][-2 if turned else -1]
    if kind == "Einsum":
        terms = operation.get_attr("equation").decode().partition("->")[0].split(",")
        sides: dict[str, int] = {}
        for term, size in zip(terms, sizes, strict=True):
            sides |= zip(term, size, strict=True)
        return 2 * math.prod(sides.values())
    return 0
