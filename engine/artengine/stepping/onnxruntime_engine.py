"""The ONNX Runtime engine, on a graphics card if it has a provider for one, or on the processor."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from textwrap import shorten
from typing import Any, ClassVar

import onnxruntime

from artengine.errors import UsageError
from artengine.runtime_names import RuntimeName
from artengine.stepping.graph import Array, NotComputable

logger = logging.getLogger("artengine")

PROCESSOR = "CPUExecutionProvider"

PROVIDERS: Mapping[str, Mapping[str, str]] = {
    # Compute convolutions and matrix products in float32 and not in TF32 with its 10-bit mantissa.
    "CUDAExecutionProvider": {"use_tf32": "0"},
    "MIGraphXExecutionProvider": {},
    "DmlExecutionProvider": {},
    # The Neural Engine computes in float16; so does the older model format on every unit.
    "CoreMLExecutionProvider": {"ModelFormat": "MLProgram", "MLComputeUnits": "CPUAndGPU"},
    PROCESSOR: {},
}
"""Execution providers, the best first, with the options that float32 needs."""

_FATAL = 4
"""Lowest severity of messages that ONNX Runtime may print; errors are raised in any case."""


class OnnxRuntimeEngine:
    """Computes graphs with ONNX Runtime, using the first of `PROVIDERS` that works here."""

    name: RuntimeName = "onnxruntime"
    files = ("graph.onnx",)
    taken: ClassVar[str] = ""
    """The provider of the last session."""

    def write(self, model: bytes, folder: Path) -> None:
        """See `Engine`."""
        (folder / self.files[0]).write_bytes(model)

    def read(self, folder: Path) -> bytes:
        """See `Engine`."""
        return (folder / self.files[0]).read_bytes()

    def read_ahead(self, folder: Path) -> None:
        """See `KeptEngine`. This does nothing: ONNX Runtime caches no compiled graphs."""

    def compile(
        self, model: bytes, outputs: Sequence[str]
    ) -> Callable[[Mapping[str, Array]], list[Array]]:
        """See `Engine`."""
        session = self._session(model)
        inputs = [each.name for each in session.get_inputs()]
        wanted = [f"{name}:0" for name in outputs]

        def compute(given: Mapping[str, Array]) -> list[Array]:
            try:
                return list(
                    session.run(wanted, {name: given[name.partition(":")[0]] for name in inputs})
                )
            except Exception as error:
                # ONNX Runtime's errors have no base class of their own.
                raise NotComputable(cause(error)) from error

        return compute

    def multiplying(self, a: Array, b: Array) -> Callable[[], None]:
        """Return a function that multiplies two matrices; the second is a constant of the graph.

        Raises:
            UsageError: when ONNX Runtime fails, or the package `onnx` is missing.
        """
        try:
            from onnx import TensorProto, helper, numpy_helper

            left, product = (
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in (("a:0", a.shape), ("ab:0", (a.shape[0], b.shape[1])))
            )
            node = helper.make_node("MatMul", ["a:0", "b"], ["ab:0"])
            graph = helper.make_graph(
                [node], "product", [left], [product], [numpy_helper.from_array(b, "b")]
            )
            model = helper.make_model(
                graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8
            )
            compute = self.compile(model.SerializeToString(), ["ab"])
        except (ImportError, NotComputable) as error:
            raise UsageError(
                f"the runtime onnxruntime cannot multiply matrices: {error}; take the runtime keras"
            ) from error
        return lambda: (compute({"a": a}), None)[1]

    def _session(self, model: bytes) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _FATAL
        # Decoding, effects and encoding run at the same time; idle threads that do not spin leave
        # them the processor.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted = providers()
        if wanted[0] == "DmlExecutionProvider":
            # This provider requires both settings.
            options.enable_mem_pattern = False
            options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        try:
            session = onnxruntime.InferenceSession(
                model, options, providers=[(name, dict(PROVIDERS[name])) for name in wanted]
            )
        except Exception as error:
            # ONNX Runtime's errors have no base class of their own.
            raise NotComputable(cause(error)) from error
        taken = session.get_providers()[0]
        if taken not in (wanted[0], self.taken):
            logger.warning(
                "the runtime onnxruntime has %s, whose libraries cannot be loaded; %s is taken",
                wanted[0],
                taken,
            )
        OnnxRuntimeEngine.taken = taken
        return session


def providers() -> list[str]:
    """Return those of `PROVIDERS` that this installation has, the processor last."""
    _preload()
    available = onnxruntime.get_available_providers()
    return [name for name in PROVIDERS if name in available]


def on_a_card() -> str:
    """Return the provider that computes on a graphics card, or "" for the processor."""
    first = OnnxRuntimeEngine.taken or providers()[0]
    return "" if first == PROCESSOR else first.removesuffix("ExecutionProvider")


def _preload() -> None:
    """Load NVIDIA's libraries from Python packages, and silence logging and telemetry."""
    onnxruntime.set_default_logger_severity(_FATAL)
    # Builds for Windows send telemetry.
    onnxruntime.disable_telemetry_events()
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        preload: Any = getattr(onnxruntime, "preload_dlls", None)
        if preload is not None:
            # It prints the libraries that it does not find.
            with redirect_stdout(io.StringIO()):
                preload()


def cause(error: Exception) -> str:
    """Return an error's message on one line."""
    text = " ".join(str(error).split()).rpartition(" : ")[2].rpartition("Status Message: ")[2]
    # Remove the location in ONNX Runtime's source.
    text = re.sub(r"^\S+\.(h|cc):\d+ (.*?\) )?", "", text)
    return shorten(text.rstrip("."), 200) or type(error).__name__
