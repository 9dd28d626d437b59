"""Graphs that are traced without weights, and filled with weights later."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("openvino")

from artengine.model import Model
from artengine.nn.conversion import Conversion
from artengine.nn.determinism import make_deterministic
from artengine.nn.graph_templates import make_templates
from artengine.nn.weights import save_weights
from artengine.stepping.filled_graphs import FilledGraphs, Templates, template_name
from artengine.stepping.graph import NotComputable
from artengine.stepping.openvino_engine import OpenVinoEngine
from artengine_plugins.models.automaton import Automaton
from artengine_plugins.models.recall import Recall

SIZE = 48, 32


def write_graph(model: Any, folder: Path) -> tuple[str, bytes]:
    """Write a graph with OpenVINO; return it without the counters in its names."""
    folder.mkdir()
    OpenVinoEngine().write(model, folder)
    text = (folder / "graph.xml").read_text(encoding="utf-8")
    return re.sub(r"_\d+", "", text), (folder / "graph.bin").read_bytes()


@pytest.mark.parametrize(
    "model",
    [
        Recall(context=2, width=4, pictures=16, grid=8, elsewhere=0.25),
        Automaton(context=2, width=4, hidden=2),
    ],
    ids=lambda model: model.name,
)
def test_a_filled_template_equals_a_converted_network(model: Model, tmp_path: Path) -> None:
    """Bit for bit: counters, memories, random numbers, and numbers traced as constants."""
    table = {"use": model.name}
    templates, size = make_templates(model, table, SIZE)
    assert size == SIZE
    templates.write(tmp_path / template_name(table, size))
    make_deterministic(1)
    network = model.build()
    save_weights(tmp_path / "a.weights.h5", network, {})
    converted = Conversion(model, network, "openvino")

    def convert() -> Conversion:
        raise AssertionError

    filled = FilledGraphs(Templates([tmp_path], table, model), tmp_path / "a.weights.h5", convert)
    for template in templates.templates:
        method = template.method
        expected = getattr(converted, method)(template.inputs)
        result = getattr(filled, method)(template.inputs)
        assert result.draws == expected.draws
        assert list(result.outputs) == list(expected.outputs)
        if expected.model is not None:
            one, other = (
                write_graph(graph.model, tmp_path / f"{method}-{number}")
                for number, graph in enumerate((result, expected))
            )
            assert one == other


def test_a_start_is_traced_for_each_value_of_the_numbers_it_depends_on() -> None:
    model = Recall(context=2, width=4, pictures=16, grid=8)
    own = {"elsewhere": 0.0, "pull": 0.5}
    numbers = [own, {**own, "pull": 0.25}, {**own, "elsewhere": 1.0}]
    result, _ = make_templates(model, {"use": "recall"}, SIZE, numbers=numbers)
    results = [template.numbers for template in result.templates if template.method == "start"]
    assert results == [{"elsewhere": 0.0}, {"elsewhere": 1.0}]


class Flipping(Recall):
    """A network with weights of one bit."""

    def build(self) -> Any:
        import keras

        network = super().build()
        network.flips = [network.add_weight(shape=(), dtype="bool", name=name) for name in "abc"]
        assert isinstance(network, keras.Model)
        return network


def test_weights_that_cannot_be_distinguished_are_refused() -> None:
    model = Flipping(context=2, width=4, pictures=16, grid=8)
    with pytest.raises(NotComputable, match="told apart"):
        make_templates(model, {"use": "flipping"}, SIZE)
