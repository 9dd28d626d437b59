"""OpenVINO on the processor."""

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
        UsageError: when the processor has no such arithmetic.
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
            # Decoding, effects and encoding work beside it.
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
        """See `KeptEngine`. Nothing is done where it has not been compiled before."""
        file = self.read(folder)
        # What is wrong with the processor's part of OpenVINO is told when it compiles.
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
            # A shape that depends on the numbers has no sides yet, which is an error here.
            results = [(port, tuple(port.shape), port.element_type.to_dtype()) for port in ports]
        except RuntimeError as error:
            raise NotComputable(cause(error)) from error
        inputs = [(port, _names(port)) for port in request.model_inputs]

        def compute(given: Mapping[str, Array]) -> list[Array]:
            try:
                for port, names in inputs:
                    # What comes out of a step that changes nothing, which OpenVINO leaves out, is
                    # a name of what goes in.
                    array = next(given[name] for name in names if name in given)
                    request.set_tensor(port, _shared(array))
                # Of numpy, which asks the system for large pages for what takes megabytes.
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
        """What multiplies two matrices, each time that it is called; the second is a constant.

        Raises:
            UsageError: when OpenVINO refuses.
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
    """An array as a tensor, without a copy where it lies in one piece."""
    return openvino.Tensor(np.asarray(array, order="C"), shared_memory=True)
