"""ONNX Runtime: the choice of its execution provider, and messages about unusable ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

import onnxruntime

from artengine.arithmetic import arithmetic
from artengine.stepping import onnxruntime_engine as module
from artengine.stepping.onnxruntime_engine import OnnxRuntimeEngine, cause, on_a_card, providers

CUDA, PROCESSOR = "CUDAExecutionProvider", "CPUExecutionProvider"


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation with CUDA, with or without its libraries."""
    works = [True]
    given: list[Any] = []

    class Session:
        def __init__(self, model: bytes, options: Any, providers: list[Any]) -> None:
            given[:] = providers

        def get_inputs(self) -> list[Any]:
            return []

        def get_providers(self) -> list[str]:
            return [CUDA, PROCESSOR] if works[0] else [PROCESSOR]

    available = ["TensorrtExecutionProvider", PROCESSOR, CUDA]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: available)
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: print("noise"), raising=False)
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    monkeypatch.setattr(OnnxRuntimeEngine, "taken", "")
    return works, given


def test_cuda_is_preferred_to_the_processor(cards: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, given = cards
    assert providers() == [CUDA, PROCESSOR]
    assert on_a_card() == "CUDA"
    OnnxRuntimeEngine().compile(b"", ["prediction"])
    assert given == [(CUDA, {"use_tf32": "0"}), (PROCESSOR, {})]
    assert arithmetic("float32", "onnxruntime")["graphics"] == "CUDA"
    assert capsys.readouterr().out == ""


def test_missing_cuda_libraries_are_reported_once(
    cards: Any, caplog: pytest.LogCaptureFixture
) -> None:
    works, _ = cards
    works[0] = False
    for _ in range(2):
        OnnxRuntimeEngine().compile(b"", ["prediction"])
    assert [record.getMessage() for record in caplog.records] == [
        f"the runtime onnxruntime has {CUDA}, whose libraries cannot be loaded; {PROCESSOR} is "
        "taken"
    ]
    assert "graphics" not in arithmetic("float32", "onnxruntime")


def test_matrix_products_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx")
    rng = np.random.default_rng(0)
    a, b = (rng.random((8, 8), np.float32) for _ in range(2))
    outputs: list[Any] = []
    compiled = OnnxRuntimeEngine.compile

    def kept(self: OnnxRuntimeEngine, *given: Any) -> Any:
        compute = compiled(self, *given)
        return lambda inputs: outputs.extend(compute(inputs))

    monkeypatch.setattr(OnnxRuntimeEngine, "compile", kept)
    OnnxRuntimeEngine().multiplying(a, b)()
    np.testing.assert_allclose(outputs[0], a @ b, rtol=1e-5)


def test_an_error_is_one_line_without_source_locations() -> None:
    error = RuntimeError(
        "[ONNXRuntimeError] : 1 : FAIL : Non-zero status code. Name:'x' Status Message: "
        "/src/core/element_wise_ops.h:583 void onnxruntime::Append(ptrdiff_t) axis was false.\n"
    )
    assert cause(error) == "axis was false"
    assert module.PROVIDERS[PROCESSOR] == {}
