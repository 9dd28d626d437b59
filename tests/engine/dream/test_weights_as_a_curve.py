"""Weights that are blended while a dream plays."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.catalog import Catalog, load_catalog
from artengine.dream.curve_values import curve_values
from artengine.dream.session import Dream
from artengine.errors import PresetError, UsageError, WeightsError
from artengine.frame import Picture
from artengine.nn.weight_blend import WeightBlending
from artengine.nn.weights import save_weights
from artengine.preset import Preset, load_preset, parse_preset

PRESET = """
seed = 5
[source]
use = "synthetic"
[model]
use = "tiny"
weights = { blend = ["runs/a@100", "runs/a@best", "./b.weights.h5"], at = "progress" }
[dream]
frames = 5
size = [32, 24]
fps = 12
precision = "float32"
"""

MakePreset = Callable[..., Preset]


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> Catalog:
    return load_catalog([tiny_model])


@pytest.fixture
def make_preset(tiny: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePreset:
    import keras

    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)
    table = {"use": "tiny", "context": 2}
    (tmp_path / "runs/a/kept").mkdir(parents=True)
    for path, step in (
        ("runs/a/kept/epoch-00001", 100),
        ("runs/a/best", 200),
        ("runs/a/last", 300),
        ("b", 7),
    ):
        described = {"model": table, "measured": {"step": step}}
        network = tiny.models["tiny"]().build()
        save_weights(tmp_path / f"{path}.weights.h5", network, described)
    (tmp_path / "blend.toml").write_text(PRESET, encoding="utf-8")

    def loaded(*overrides: str) -> Preset:
        return load_preset(tmp_path / "blend.toml", tiny, overrides)

    return loaded


def film(preset: Preset, **options: Any) -> list[Picture]:
    with Dream(preset, **options) as dream:
        return list(dream)


class SettableSignal:
    """A signal with a settable value."""

    at = 0.0


def test_weights_are_linear_between_neighbours_and_exact_at_each(
    make_preset: MakePreset, tiny: Catalog
) -> None:
    folder = make_preset().path.parent  # type: ignore[union-attr]
    files = [folder / f"{name}.weights.h5" for name in ("runs/a/best", "b", "runs/a/last")]
    network, place = tiny.models["tiny"]().build(), SettableSignal()
    blending = WeightBlending(network, files, place)
    own = []
    for at in (0.0, 0.5, 1.0, 0.75):
        place.at = at
        blending.follow()
        own.append(network.get_weights()[0])
    for file, frame in zip(files, own[:3], strict=True):
        network.load_weights(file)
        np.testing.assert_array_equal(network.get_weights()[0], frame)
    np.testing.assert_allclose(own[3], (own[1] + own[2]) / 2, atol=1e-7)


def test_a_governor_steers_the_position(make_preset: MakePreset) -> None:
    govern = {
        "hold": "contrast", "at": 9, "steer": "model.weights.at", "between": [0.2, 0.9],
        "seconds": 0.2,
    }  # fmt: skip
    preset = make_preset("model.weights.at=0.2").with_values({"govern": [govern]})
    with Dream(preset) as dream:
        places = [dream._inside["model.weights"].plugin.model_dump()["at"] for _ in dream.turns()]
    # At once half of the share of 9 that a vital sign of 1 is short of.
    assert places[0] == pytest.approx(0.2 + 0.7 * (8 / 9) / 2)
    assert places[-1] > places[0]
    assert (film(preset)[-1] != film(make_preset("model.weights.at=0.2"))[-1]).any()


def test_a_blend_plays_and_resumes_bit_for_bit(make_preset: MakePreset) -> None:
    preset = make_preset()
    np.testing.assert_allclose(
        curve_values(preset, 12.0).values["model.weights.at"], np.linspace(0, 1, 5)
    )
    with Dream(preset) as dream:
        result = list(islice(dream, 2))
        dream.set("model.weights.at", 1.0, 3)
        snapshot = dream.snapshot()
        result += dream
    np.testing.assert_array_equal(result[2:], film(preset, resume=snapshot))
    moving, still = film(preset), film(make_preset("model.weights.at=0"))
    np.testing.assert_array_equal(moving[0], still[0])
    assert (moving[2] != still[2]).any()
    np.testing.assert_array_equal(moving[:3], result[:3])
    assert (moving[3] != result[3]).any()
    # At the end of a blend, the film equals that of the network alone.
    alone = film(make_preset("model.weights=runs/a@100"))
    np.testing.assert_array_equal(still, alone)


def test_a_recipe_names_every_network(
    make_preset: MakePreset, tiny: Catalog, tmp_path: Path
) -> None:
    dream = Dream(make_preset())
    (tmp_path / "again.toml").write_text(dream.resolved.recipe(tmp_path), encoding="utf-8")
    recipe = load_preset(tmp_path / "again.toml", tiny)
    assert recipe.blend is not None
    names = ["runs/a/kept/epoch-00001", "runs/a/best", "b"]
    assert recipe.blend.plugin.model_dump()["blend"] == [
        str(tmp_path / f"{name}.weights.h5") for name in names
    ]
    assert Dream(recipe).identity == dream.identity
    assert Dream(make_preset("model.weights.at=0.5")).identity != dream.identity
    (tmp_path / "b.weights.h5").write_bytes((tmp_path / "runs/a/last.weights.h5").read_bytes())
    assert Dream(make_preset()).identity != dream.identity


def test_networks_that_do_not_fit_are_named(make_preset: MakePreset, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(
        json.dumps({"model": {"use": "tiny", "context": 3}}), encoding="utf-8"
    )
    with pytest.raises(WeightsError, match=r"b\.weights\.h5: made .*context = 3"):
        Dream(make_preset()).load()
    with pytest.raises(WeightsError, match="runs/a: no weights of step 7; there are: best, 200, "):
        Dream(make_preset('model.weights.blend=["runs/a@7", "runs/a"]'))


def test_openvino_refuses_blended_weights(make_preset: MakePreset) -> None:
    with pytest.raises(UsageError, match=r"openvino cannot blend weights.*take the runtime keras"):
        Dream(make_preset("dream.runtime=openvino")).load()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"blend": ["night-drive"], "at": 0}, "model.weights.blend: .*a list of 2 to 64"),
        ({"blend": ["a", "b"]}, "model.weights.at: missing"),
        ({"blend": ["a", "b"], "at": 2}, "model.weights.at: 2 given; allowed: a number from 0 to"),
        ({"blend": ["a", "b"], "at": 0, "to": 1}, "model.weights.to: unknown"),
        (7, "model.weights: 7 given; allowed"),
    ],
)
def test_mistakes_in_weights_are_reported(tiny: Catalog, weights: Any, message: str) -> None:
    table = {"source": {"use": "synthetic"}, "model": {"use": "tiny", "weights": weights}}
    with pytest.raises(PresetError, match=message):
        parse_preset(table, tiny)
