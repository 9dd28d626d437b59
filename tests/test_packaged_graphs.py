"""The packaged graphs of presets match those that the current code traces."""

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
TOLERANCE = 2e-5
"""Tolerance between the predictions of OpenVINO and Keras, where white is 1."""


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script that writes the graphs, as a module."""
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("graphs")


def test_every_packaged_network_has_graphs_for_its_default_dream(graphs: Any) -> None:
    stale = [
        f"{preset.name} at {size[0]}x{size[1]}"
        for preset, size in graphs.dreamt()
        if not has_templates(preset, size, [PACKAGED])
    ]
    assert not stale, f"the graphs of {', '.join(stale)} are of other code; {ANEW}"


def test_packaged_graphs_are_all_needed_and_small(graphs: Any) -> None:
    needed = {template_name(fixed_table(preset.model), size) for preset, size in graphs.dreamt()}
    assert {file.name for file in PACKAGED.iterdir()} == needed, ANEW
    assert sum(file.stat().st_size for file in PACKAGED.iterdir()) < 300_000


def test_a_packaged_graph_equals_a_newly_traced_one(
    graphs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It also predicts the same as Keras, whichever versions of libraries it was traced with."""
    pytest.importorskip("openvino")
    preset, size = next(dream for dream in graphs.dreamt() if dream[0].name == "daybreak")
    traced = TemplateFile.read(graphs.make_file(preset, size, tmp_path))
    packaged = TemplateFile.read(PACKAGED / template_name(fixed_table(preset.model), size))
    if packaged.libraries == {name: version(name) for name in packaged.libraries}:
        assert traced.templates == packaged.templates, ANEW
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
    np.testing.assert_allclose(predicted["openvino"], predicted["keras"], atol=TOLERANCE)
