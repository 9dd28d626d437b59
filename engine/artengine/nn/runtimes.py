"""The runtimes by name."""

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
    """The precision a network is to be built in: engines turn one of float32 into their own."""
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
    """Make a runtime for a network that learns no more.

    Args:
        network: built in the precision that `build_dtype` gives.
        bends: what is done to its layers.
        fixed: whether its weights stay as they are.

    Raises:
        UsageError: when it is not installed, or cannot compute in that precision here, or with
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
    """What multiplies two matrices with a runtime that is installed, each time that it is called.

    Raises:
        UsageError: when the runtime cannot compute in that precision here.
    """
    if name != "keras":
        return engine_for(name, precision).multiplying(a, b)
    multiply = compiled(ops.matmul)
    left, right = (ops.cast(matrix, precision) for matrix in (a, b))

    def once() -> None:
        ops.convert_to_numpy(multiply(left, right)[:1, :1])

    return once
