"""The runtimes by name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal, TypeAlias, get_args

import keras

from artengine.errors import UsageError
from artengine.nn.fold import folded
from artengine.nn.precision import Precision
from artengine.nn.predictor import KerasRuntime, Runtime
from artengine.nn.stepper import Stepper

RuntimeName: TypeAlias = Literal["keras", "openvino"]


def installed_runtimes() -> list[RuntimeName]:
    """Those that can be used here, Keras first."""
    return [name for name in get_args(RuntimeName) if name == "keras" or find_spec(name)]


def layers_in(name: RuntimeName, precision: Precision) -> Precision:
    """The precision a network is to be built in: OpenVINO turns one of float32 into its own."""
    return precision if name == "keras" else "float32"


def runtime_for(
    name: RuntimeName, model: Stepper, network: keras.Model, precision: Precision
) -> Runtime:
    """Make a runtime for a network that learns no more.

    Args:
        network: built in the precision that `layers_in` gives.

    Raises:
        UsageError: when it is not installed, or cannot compute in that precision here.
    """
    if name == "keras":
        return KerasRuntime(model, folded(network), fixed=True)
    if find_spec(name) is None:
        raise UsageError(
            f"the runtime {name} is not installed; install it with: "
            f'python -m pip install "artengine[{name}]"; or take the runtime keras'
        )
    from artengine.nn.openvino_runtime import OpenVinoRuntime

    return OpenVinoRuntime(model, network, precision=precision)
