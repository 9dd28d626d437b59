"""Construction of engines by name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, get_args

from artengine.errors import UsageError, one_line
from artengine.runtime_names import RuntimeName

if TYPE_CHECKING:
    from artengine.stepping.kept_graphs import KeptEngine


class BrokenEngineError(UsageError):
    """An installed engine cannot be used."""


def installed_runtimes() -> list[RuntimeName]:
    """Return the runtimes that can be used here, Keras first, without importing any."""
    return [name for name in get_args(RuntimeName) if name == "keras" or is_installed(name)]


def is_installed(name: RuntimeName) -> bool:
    """Return whether a runtime other than Keras is installed."""
    return find_spec(name) is not None


def engine_for(name: RuntimeName, precision: Literal["float32", "bfloat16"]) -> KeptEngine:
    """Create the engine of a runtime other than Keras.

    Raises:
        BrokenEngineError: when the runtime cannot be imported.
        UsageError: when it is not installed, or does not support the precision here.
    """
    # OpenVINO is a dependency of artengine; pip would reinstall everything to install the extra.
    package = name if name == "openvino" else f'"artengine[{name}]"'
    if not is_installed(name):
        raise UsageError(
            f"the runtime {name} is not installed; install it with: python -m pip install "
            f"{package}; or take the runtime keras"
        )
    if name != "openvino" and precision != "float32":
        raise UsageError(
            f"dream.precision: {precision} given, which the runtime {name} cannot do; allowed: "
            "float32; or take the runtime keras"
        )
    try:
        if name == "openvino":
            from artengine.stepping.openvino_engine import OpenVinoEngine

            return OpenVinoEngine(precision)
        from artengine.stepping.onnxruntime_engine import OnnxRuntimeEngine

        return OnnxRuntimeEngine()
    except (ImportError, RuntimeError) as error:
        raise BrokenEngineError(
            f"the runtime {name} cannot be imported: {one_line(str(error))}; install it anew with: "
            f"python -m pip install --force-reinstall {package}; or take the runtime keras"
        ) from error
