"""Initial weights of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.errors import TrainingError
from artengine.preset import Preset, parse_preset
from artengine.train.initial import begin

if TYPE_CHECKING:
    import keras


def preset_of(catalog: Catalog, given: str | None = None, **model: Any) -> Preset:
    table: dict[str, Any] = {
        "source": {"use": "synthetic"},
        "model": {"use": "recall", "cell": 4, "grid": 64, "pictures": 16, **model},
    }
    if given is not None:
        table["train"] = {"initial_weights": given}
    return parse_preset(table, catalog, name="x")


def kernel(network: keras.Model) -> Any:
    return np.asarray(network.trainable_variables[0])


def test_recall_begins_with_the_weights_painter(catalog: Catalog) -> None:
    preset = preset_of(catalog, pictures=20)
    network = preset.model.build()
    before = kernel(network)
    assert begin(preset, network) == "painter"
    assert np.abs(kernel(network) - before).max() > 0.01
    assert not np.asarray(network.get_layer("memory").pictures).any()


def test_none_begins_with_random_weights(catalog: Catalog) -> None:
    preset = preset_of(catalog, "none")
    network = preset.model.build()
    before = kernel(network)
    assert begin(preset, network) is None
    np.testing.assert_array_equal(kernel(network), before)


def test_a_network_of_another_shape_begins_with_random_weights(catalog: Catalog) -> None:
    preset = preset_of(catalog, width=8)
    assert begin(preset, preset.model.build()) is None


@pytest.mark.parametrize(
    ("name", "width", "message"),
    [
        ("paintr", 24, 'no weights "paintr" .did you mean "painter"'),
        ("daybreak", 24, "made for swift"),
        ("night-drive", 8, "does not fit this network"),
    ],
)
def test_unusable_initial_weights_are_refused(
    catalog: Catalog, name: str, width: int, message: str
) -> None:
    preset = preset_of(catalog, name, width=width)
    with pytest.raises(TrainingError, match=message):
        begin(preset, preset.model.build())
