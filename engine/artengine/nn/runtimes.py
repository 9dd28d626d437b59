"""Construction of runtimes by name."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.errors import UsageError
from artengine.nn.bending import Bending
from artengine.nn.conversion import Conversion
from artengine.nn.fold import folded
from artengine.nn.precision import Precision
from artengine.nn.predictor import KerasRuntime
from artengine.nn.step import compiled
from artengine.nn.step_model import StepModel
from artengine.runtime_names import RuntimeName
from artengine.stepping.engines import engine_for
from artengine.stepping.graph_runtime import GraphRuntime
from artengine.stepping.predictor import Runtime


def build_dtype(name: RuntimeName, precision: Precision) -> Precision:
    """Return the precision to build a network in: engines convert a float32 network themselves."""
    return precision if name == "keras" else "float32"


def runtime_for(
    name: RuntimeName,
    model: StepModel,
    network: keras.Model,
    precision: Precision,
    *,
    bends: Bending | None = None,
    fixed: bool = True,
) -> Runtime:
    """Create a runtime for a trained network.

    Args:
        network: built in the precision that `build_dtype` returns.
        bends: the bends of its layers.
        fixed: whether its weights are constant.

    Raises:
        UsageError: when the runtime is not installed, or does not support the precision here or
            weights that change.
    """
    if name == "keras":
        if not fixed:
            return KerasRuntime(model, network, bends=bends)
        kept = bends.layers if bends else ()
        return KerasRuntime(model, folded(network, kept), fixed=True, bends=bends)
    if not fixed:
        raise UsageError(
            f"the runtime {name} cannot blend weights while a film plays; take the runtime keras, "
            "or give model.weights one network"
        )
    engine = engine_for(name, precision)
    called = getattr(type(model), "name", type(model).__name__)
    return GraphRuntime(called, Conversion(model, network, name, bends=bends), engine)


def multiplying(
    name: RuntimeName,
    a: npt.NDArray[np.float32],
    b: npt.NDArray[np.float32],
    precision: Precision,
) -> Callable[[], None]:
    """Return a function that multiplies two matrices with an installed runtime.

    Raises:
        UsageError: when the runtime does not support the precision here.
    """
    if name != "keras":
        return engine_for(name, precision).multiplying(a, b)
    multiply = compiled(ops.matmul)
    left, right = (ops.cast(matrix, precision) for matrix in (a, b))

    def once() -> None:
        ops.convert_to_numpy(multiply(left, right)[:1, :1])

    return once
