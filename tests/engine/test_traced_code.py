"""The files that a traced step depends on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from artengine.model import Model
from artengine.traced_code import is_current, traced_code
from artengine_plugins.models.quilt import Quilt

TRACE = ["artengine.nn.trace"]


def test_a_packaged_model_depends_on_its_imports_and_on_the_tracing_code() -> None:
    code = traced_code(Quilt, TRACE)
    assert {
        "artengine/model.py",
        "artengine/nn/chance.py",  # imported by a function of the model's interface
        "artengine/nn/float32_outputs.py",
        "artengine/nn/step.py",
        "artengine/nn/trace.py",
        "artengine/stepping/graph.py",
        "artengine_plugins/models/quilt.py",
        "artengine_plugins/models/recall.py",  # its base
        "artengine_plugins/models/remembered.py",
        "artengine_plugins/models/depth_to_space.py",  # which its base's layers import
    } <= code.keys()
    others = {"artengine/nn/rollout_trainer.py", "artengine_plugins/models/swift.py"}
    assert not others & code.keys()
    assert is_current(code, Quilt)
    assert not is_current({**code, "artengine/nn/step.py": ("0", "0")}, Quilt)
    assert not is_current({**code, "artengine/nn/gone.py": ("0", "0")}, Quilt)


def test_a_model_in_a_single_file_depends_on_that_file(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own_model.py"
    file.write_bytes(tiny_model.read_bytes())
    spec = importlib.util.spec_from_file_location("own_model_of_a_test", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    kind: type[Model] = module.Tiny
    code = traced_code(kind, TRACE)
    assert "own_model.py" in code
    assert is_current(code, kind)
    # A class in none of the files cannot be checked for changes.
    assert not is_current({n: digest for n, digest in code.items() if n != "own_model.py"}, kind)
    text = file.read_bytes()
    for same in (
        text.replace(b"\n", b"\r\n"),
        text.replace(b'"""One convolution."""', b'"""One\n    layer."""\n    # of one kernel\n'),
    ):
        assert same != text
        file.write_bytes(same)
        assert is_current(code, kind)
    for other in (text.replace(b"sigmoid", b"tanh"), text + b'print("""here""")', text + b"("):
        file.write_bytes(other)
        assert not is_current(code, kind)
