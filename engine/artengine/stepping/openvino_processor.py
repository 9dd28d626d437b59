"""OpenVINO on the processor: how it computes, and what its errors say."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from textwrap import shorten
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from artengine.errors import UsageError
from artengine.stepping.openvino_library import openvino

OTHER = "take the runtime keras"
"""What messages end with."""


@cache
def core() -> openvino.Core:
    """OpenVINO's one object that reads and compiles."""
    # Kept for good: on processors with AMX the last core frees a thread's stack for signals while
    # it is in use, and the next signal would crash the process.
    return openvino.Core()


def settings(precision: Literal["float32", "bfloat16"]) -> dict[str, str | bool]:
    """How to compile for the processor.

    Raises:
        UsageError: when the processor has no such arithmetic.
    """
    able = core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if precision == "bfloat16" and "BF16" not in able:
        raise UsageError(
            "dream.precision: bfloat16 given, which the runtime openvino cannot do on this "
            f"processor; allowed: float32; or {OTHER}"
        )
    return {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32",
        # Decoding, effects and encoding work beside it.
        "ENABLE_CPU_PINNING": False,
    }


def multiplying(
    a: npt.NDArray[np.float32],
    b: npt.NDArray[np.float32],
    *,
    precision: Literal["float32", "bfloat16"] = "float32",
) -> Callable[[], None]:
    """What multiplies two matrices, each time that it is called; the second is a constant to it.

    Raises:
        UsageError: when the processor has no such arithmetic, or OpenVINO refuses.
    """
    compiling = settings(precision)
    opset = openvino.opset13
    left = opset.parameter(a.shape, np.float32)
    product = opset.matmul(left, opset.constant(b), transpose_a=False, transpose_b=False)
    model = openvino.Model([product], [left])
    try:
        request = core().compile_model(model, "CPU", compiling).create_infer_request()
    except RuntimeError as error:
        raise UsageError(
            f"the runtime openvino cannot multiply matrices: {cause(error)}; {OTHER}"
        ) from error
    request.set_input_tensor(shared(a))

    def once() -> None:
        request.infer(share_outputs=True)

    return once


def shared(array: npt.NDArray[Any]) -> openvino.Tensor:
    """An array as a tensor, without a copy where it lies in one piece."""
    return openvino.Tensor(np.asarray(array, order="C"), shared_memory=True)


def cause(error: Exception) -> str:
    """The line that says what is wrong."""
    lacking = re.search(r"No conversion rule found for operations: (.*)", str(error))
    if lacking:
        return f"it has no {lacking[1].strip()}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shorten(lines[-1].rstrip("."), 200) if lines else type(error).__name__
