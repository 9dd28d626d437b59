"""The OpenVINO engine, on the processor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from artengine.errors import UsageError
from artengine.runtime_names import RuntimeName
from artengine.stepping.compiled_graph import CompiledAhead, compiled_graph
from artengine.stepping.graph import Array, NotComputable
from artengine.stepping.openvino_core import cause, core
from artengine.stepping.openvino_library import openvino
from artengine.stepping.openvino_rewrites import quicker


class OpenVinoEngine:
    """Computes graphs with OpenVINO on the processor.

    Args:
        precision: the arithmetic of the network's layers.

    Raises:
        UsageError: when the processor does not support the precision.
    """

    name: RuntimeName = "openvino"
    files = ("graph.xml", "graph.bin")

    def __init__(self, precision: Literal["float32", "bfloat16"] = "float32") -> None:
        able = core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        if precision == "bfloat16" and "BF16" not in able:
            raise UsageError(
                "dream.precision: bfloat16 given, which the runtime openvino cannot do on this "
                "processor; allowed: float32; or take the runtime keras"
            )
        self._settings: dict[str, str | bool] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32",
            # Decoding, effects and encoding run at the same time.
            "ENABLE_CPU_PINNING": False,
        }
        self._ahead: dict[Path, CompiledAhead] = {}

    def write(self, model: openvino.Model, folder: Path) -> None:
        """See `Engine`."""
        try:
            openvino.save_model(quicker(model), folder / self.files[0], compress_to_fp16=False)
        except RuntimeError as error:
            raise OSError(str(error)) from error

    def read(self, folder: Path) -> Path:
        """See `Engine`."""
        return folder / self.files[0]

    def read_ahead(self, folder: Path) -> None:
        """See `KeptEngine`. A graph that has not been compiled before is not loaded."""
        file = self.read(folder)
        # A broken CPU plugin of OpenVINO is reported by `compile`.
        with suppress(RuntimeError):
            self._ahead[file] = CompiledAhead(file, self._settings)

    def compile(
        self, model: openvino.Model | Path, outputs: Sequence[str]
    ) -> Callable[[Mapping[str, Array]], list[Array]]:
        """See `Engine`."""
        try:
            if isinstance(model, Path):
                ahead = self._ahead.pop(model, None)
                found = None if ahead is None else ahead.found()
                compiled = found or compiled_graph(model, self._settings)
            else:
                compiled = core().compile_model(quicker(model), "CPU", self._settings)
            request = compiled.create_infer_request()
            ports = [
                next(port for port in request.model_outputs if f"{name}:0" in port.names)
                for name in outputs
            ]
            # Raises for a dynamic shape, which depends on the values of the inputs.
            results = [(port, tuple(port.shape), port.element_type.to_dtype()) for port in ports]
        except RuntimeError as error:
            raise NotComputable(cause(error)) from error
        inputs = [(port, _names(port)) for port in request.model_inputs]

        def compute(given: Mapping[str, Array]) -> list[Array]:
            try:
                for port, names in inputs:
                    # OpenVINO removes a no-op and gives its output's name to its input, which then
                    # has several names.
                    array = next(given[name] for name in names if name in given)
                    request.set_tensor(port, _shared(array))
                # Allocate with numpy, which requests huge pages for large arrays.
                found = [np.empty(shape, kind) for _, shape, kind in results]
                for (port, *_), array in zip(results, found, strict=True):
                    request.set_tensor(port, _shared(array))
                request.infer()
            except RuntimeError as error:
                raise NotComputable(cause(error)) from error
            return found

        return compute

    def multiplying(
        self, a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]
    ) -> Callable[[], None]:
        """Return a function that multiplies two matrices; the second is a constant of the graph.

        Raises:
            UsageError: when OpenVINO fails.
        """
        opset = openvino.opset13
        left = opset.parameter(a.shape, np.float32)
        product = opset.matmul(left, opset.constant(b), transpose_a=False, transpose_b=False)
        model = openvino.Model([product], [left])
        try:
            request = core().compile_model(model, "CPU", self._settings).create_infer_request()
        except RuntimeError as error:
            raise UsageError(
                f"the runtime openvino cannot multiply matrices: {cause(error)}; "
                "take the runtime keras"
            ) from error
        request.set_input_tensor(_shared(a))

        def once() -> None:
            request.infer(share_outputs=True)

        return once


def _names(port: openvino.ConstOutput) -> list[str]:
    return [name.partition(":")[0] for name in port.names]


def _shared(array: Array) -> openvino.Tensor:
    """Wrap an array as a tensor, without a copy if it is C-contiguous."""
    return openvino.Tensor(np.asarray(array, order="C"), shared_memory=True)
