"""The precision of predictions."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from artengine.arithmetic import processor_has_bfloat16
from artengine.nn import precision
from artengine.nn.precision import precision_scope, resolve_precision
from artengine.nn.predictor import Predictor
from artengine.nn.runtimes import runtime_for
from artengine_plugins.models.hourglass import Hourglass


@pytest.mark.parametrize(
    ("line", "has"),
    [
        ("flags\t\t: fpu avx2 fma bmi2", False),
        ("flags\t\t: fpu avx512f avx512_bf16 avx512_vnni", True),
        ("flags\t\t: fpu amx_bf16 amx_tile", True),
        ("Features\t: fp asimd sve bf16 i8mm", True),
        ("model name\t: bf16", False),
        ("", False),
    ],
)
def test_bfloat16_support_is_read_from_cpuinfo(line: str, has: bool, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{line}\n", encoding="utf-8")
    assert processor_has_bfloat16(tmp_path / "cpuinfo") is has


def test_without_cpuinfo_there_is_no_bfloat16(tmp_path: Path) -> None:
    assert not processor_has_bfloat16(tmp_path / "cpuinfo")


@pytest.mark.parametrize(("has", "auto"), [(True, "bfloat16"), (False, "float32")])
def test_auto_is_bfloat16_where_the_processor_supports_it(
    has: bool, auto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("the accelerator decides the precision")
    (tmp_path / "cpuinfo").write_text(f"flags : fma{' amx_bf16' if has else ''}", encoding="utf-8")
    monkeypatch.setattr(precision, "CPUINFO", tmp_path / "cpuinfo")
    assert resolve_precision("auto") == auto
    assert (resolve_precision("float32"), resolve_precision("bfloat16")) == ("float32", "bfloat16")


def test_predictions_in_bfloat16_are_close_to_float32() -> None:
    """Also with folded normalisation; the predictions are float32."""
    model = Hourglass(context=1)
    frames = [np.random.default_rng(0).random((16, 24, 3), dtype=np.float32)]
    results = []
    for kind in ("float32", "bfloat16"):
        keras.utils.set_random_seed(0)
        with precision_scope(kind):
            network = model.build()
        computes = runtime_for("keras", model, network, kind)
        results.append(Predictor(model, network, runtime=computes)(frames))
    assert keras.config.dtype_policy().name == "float32"
    assert results[1].dtype == np.float32
    assert 0 < np.abs(results[0] - results[1]).max() < 0.05
