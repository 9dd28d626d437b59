"""Graphs of the packaged presets: whether they are those of the code as it is now."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.network_templates import has_templates
from artengine.plain_network import fixed_table, plain_network, template_folders
from artengine.stepping.filled_graphs import FilledGraphs, template_name
from artengine.stepping.graph_template import TemplateFile
from artengine.weights import find_weights

DOCS = Path(__file__).parents[1] / "docs"
ANEW = "make them anew with: python docs/graphs.py"
PACKAGED, _ = template_folders()
CLOSE = 2e-5
"""How far OpenVINO's prediction may be from Keras's, where white is 1."""


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What makes them."""
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("graphs")


def test_the_first_dream_of_every_packaged_network_finds_its_graphs(graphs: Any) -> None:
    stale = [
        f"{preset.name} at {size[0]}x{size[1]}"
        for preset, size in graphs.dreamt()
        if not has_templates(preset, size, [PACKAGED])
    ]
    assert not stale, f"the graphs of {', '.join(stale)} are of other code; {ANEW}"


def test_nothing_else_is_packaged_and_all_of_it_is_small(graphs: Any) -> None:
    needed = {template_name(fixed_table(preset.model), size) for preset, size in graphs.dreamt()}
    assert {file.name for file in PACKAGED.iterdir()} == needed, ANEW
    assert sum(file.stat().st_size for file in PACKAGED.iterdir()) < 300_000


def test_a_packaged_graph_is_what_is_traced_now(
    graphs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And predicts as Keras does, whatever versions it was made with."""
    pytest.importorskip("openvino")
    preset, size = next(found for found in graphs.dreamt() if found[0].name == "daybreak")
    made = TemplateFile.read(graphs.make_file(preset, size, tmp_path))
    kept = TemplateFile.read(PACKAGED / template_name(fixed_table(preset.model), size))
    if kept.libraries == {name: version(name) for name in kept.libraries}:
        assert made.templates == kept.templates, ANEW
    frames = [
        np.random.default_rng(number).random((size[1], size[0], 3), np.float32)
        for number in range(preset.model.context)
    ]
    predicted = {}
    for name in ("keras", "openvino"):
        changed = preset.with_values({"dream.runtime": name, "dream.precision": "float32"})
        monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
        if name == "openvino":
            monkeypatch.delattr(FilledGraphs, "_converter")
        predict = plain_network(changed, find_weights(preset), preset.model.model_copy())
        predicted[name] = predict(frames)
    np.testing.assert_allclose(predicted["openvino"], predicted["keras"], atol=CLOSE)
