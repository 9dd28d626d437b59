"""Presets with bends: addresses, curves, changes while a dream plays, and resuming it."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.catalog import Catalog, load_catalog
from artengine.cli.program import main
from artengine.dream.bend_masks import BentPlaces
from artengine.dream.curve_values import curve_values
from artengine.dream.session import Dream
from artengine.errors import PresetError, UsageError
from artengine.frame import Picture
from artengine.preset import Preset, load_preset, parse_preset

BENT = """extends = "./tiny.toml"
[[bend]]
layer = "conv2d"
operation = "noise"
amount = "0.2 + 0.5 * rand(1)"
channels = "random 50%"
mask = "last.luma > lag(rand(3), 0.2) or truth.motion > 0.02 or noise(0.3, 2) > 0.6"
[[bend]]
layer = "conv2d"
operation = "scale"
amount = { keys = { "0f" = 1.0, "5f" = 1.5 } }
"""

MakePreset = Callable[..., Preset]


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> Catalog:
    return load_catalog([tiny_model])


@pytest.fixture(scope="module")
def make_preset(
    tiny: Catalog, tiny_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> MakePreset:
    folder = tmp_path_factory.mktemp("bent")
    for file in tiny_project.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "bent.toml").write_text(BENT, encoding="utf-8")
    (folder / "odd.toml").write_text(BENT.replace('"conv2d"', '"conv2"'), encoding="utf-8")

    def loaded(*overrides: str, name: str = "bent") -> Preset:
        return load_preset(folder / f"{name}.toml", tiny, overrides)

    return loaded


def film(preset: Preset, count: int | None = None, **options: Any) -> list[Picture]:
    with Dream(preset, **options) as dream:
        return list(islice(dream, count))


def test_a_bent_dream_resumes_bit_for_bit(make_preset: MakePreset) -> None:
    preset = make_preset()
    with Dream(preset) as dream:
        first = list(islice(dream, 3))
        dream.set("bend.noise.amount", 2.0, 4)
        dream.set("bend.scale.amount", "1 + 0.1 * frame")
        snapshot = dream.snapshot()
        rest = list(dream)
        log = dream.changes
    assert [change.address for change in log] == ["bend.scale.amount", "bend.noise.amount"]
    np.testing.assert_array_equal(rest, film(preset, resume=snapshot))
    # The same network in a new dream has the preset's own amounts.
    assert (film(preset)[4] != rest[1]).any()
    np.testing.assert_array_equal(film(preset)[:3], first)
    assert (first[0] != film(make_preset(name="tiny"), 1)[0]).any()


def test_a_mask_limits_a_bend_to_a_region(make_preset: MakePreset) -> None:
    """At the size of the frames, which is that of the small network's only layer."""
    plain = film(make_preset(name="tiny"), 2)
    scale = {"layer": "conv2d", "operation": "scale", "amount": 3.0}

    def bent(mask: str) -> list[Picture]:
        return film(make_preset(name="tiny").with_values({"bend": [scale | {"mask": mask}]}), 2)

    everywhere = bent("1")
    left = bent("x < 0.5")[0]
    np.testing.assert_array_equal(left[:, 32:], plain[0][:, 32:])
    np.testing.assert_array_equal(left[:, :32], everywhere[0][:, :32])
    np.testing.assert_array_equal(bent("x < 2"), everywhere)
    np.testing.assert_array_equal(bent("frame < 1")[0], everywhere[0])
    np.testing.assert_array_equal(bent("frame > 5"), plain)
    assert (left != plain[0]).any()


def test_a_mask_of_1_is_not_computed(make_preset: MakePreset) -> None:
    values = {"bend.noise.mask": "1", "bend.scale.mask": "truth.luma"}
    bends = make_preset().with_values(values).inside()
    places = BentPlaces.of(bends, make_preset().catalog.film_of)
    assert list(places.masks) == ["bend.scale.mask"]
    assert places.uses_truth
    assert Dream(make_preset()).reads_source
    assert not Dream(make_preset("bend.noise.mask=x")).reads_source


def test_a_governor_steers_an_amount(make_preset: MakePreset) -> None:
    govern = {
        "hold": "contrast", "at": 4, "steer": "bend.scale.amount", "between": [0.5, 2],
        "seconds": 0.2,
    }  # fmt: skip
    table = {"bend.scale.amount": 1.0, "govern": [govern]}
    with Dream(make_preset().with_values(table)) as dream:
        result = [
            (dream._inside["bend.scale"].plugin.model_dump()["amount"], turn.prediction)
            for turn in dream.turns()
        ]
    amounts = [amount for amount, _ in result]
    # A third of the way, plus at once half of the share of 4 that a vital sign of 1 is short of.
    assert amounts[0] == pytest.approx(0.5 + 1.5 * (1 / 3 + 0.75 / 2))
    assert amounts[-1] > amounts[0]
    with Dream(make_preset().with_values({"bend.scale.amount": 1.0})) as dream:
        *_, plain = dream.turns()
    assert np.abs(result[-1][1] - plain.prediction).max() > 0.01


def test_a_missing_layer_is_reported_with_the_preset(make_preset: MakePreset) -> None:
    with pytest.raises(PresetError) as caught, Dream(make_preset(name="odd")) as dream:
        next(dream.turns())
    noise, scale = caught.value.problems
    assert "odd.toml: bend.noise.layer: the network " in noise
    assert 'odd.toml: bend.scale.layer: the network "tiny" has no layer "conv2"' in scale


def test_amounts_have_addresses(make_preset: MakePreset) -> None:
    preset = make_preset("bend.scale.amount=0.5", "bend.0.channels=all")
    scale, noise = (preset.inside()[f"bend.{name}"].plugin for name in ("scale", "noise"))
    assert (scale.model_dump()["amount"], noise.model_dump()["channels"]) == (0.5, "all")
    assert "bend.noise.amount" in preset.curves_by_address()
    values = curve_values(make_preset(), 12.0).values
    assert list(values) == ["bend.noise.amount", "bend.scale.amount"]
    np.testing.assert_allclose(values["bend.scale.amount"], np.linspace(1, 1.5, 6))
    assert '[[bend]]\nlayer = "conv2d"' in make_preset().recipe()
    assert Dream(make_preset()).identity != Dream(preset).identity


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "bend.0: operation is missing; it is one of: scale, noise"),
        ({"operation": "nois"}, r'bend.nois.operation: "nois" given \(did you mean "noise"\?\)'),
        ({"operation": "scale", "amount": 1.0}, "bend.scale.layer: missing"),
        ({"operation": "scale", "layer": "x"}, "bend.scale.amount: missing"),
        (
            {"operation": "blur", "layer": "x", "amount": "2 * t + nothing"},
            "bend.blur.amount: .*nothing",
        ),
        (
            {"operation": "scale", "layer": "x", "amount": "luma"},
            "bend.scale.amount: .*write it into mask",
        ),
        (
            {"operation": "scale", "layer": "x", "amount": 1.0, "mask": "x < 0.5 and luma > 0.5"},
            r"bend.scale.mask: .*column 13: luma is of the frame.*write last\.luma$",
        ),
        (
            {"operation": "scale", "layer": "x", "amount": 1.0, "mask": "feather(motion, 3)"},
            r"bend.scale.mask: .*column 9: motion .*is there: truth.luma, last.luma, truth.edges",
        ),
        (
            {"operation": "scale", "layer": "x", "amount": 1.0, "mask": "lum > 0.5"},
            r'bend.scale.mask: .*there is no "lum" \(did you mean "luma"',
        ),
        (
            {"operation": "scale", "layer": "x", "amount": 1.0, "channels": "7-3"},
            "bend.scale.channels: 7-3 given; write the smaller number first",
        ),
        (
            {"operation": "scale", "layer": "x", "amount": 1.0, "channels": "random 0%"},
            "bend.scale.channels: 0% given; allowed: above 0% to 100%",
        ),
    ],
)
def test_mistakes_in_bends_are_reported(tiny: Catalog, table: dict[str, Any], message: str) -> None:
    with pytest.raises(PresetError, match=message):
        parse_preset(
            {"source": {"use": "synthetic"}, "model": {"use": "tiny"}, "bend": [table]}, tiny
        )


def test_impossible_changes_are_refused(make_preset: MakePreset) -> None:
    dream = Dream(make_preset())
    for address, value, message in (
        ("bend.noise.layer", "x", "cannot change while the dream plays; what can: .*bend.NAME"),
        ("bend.zoom.amount", 2.0, r"\[\[bend\]\] has no \"zoom\"; it has noise, scale"),
        ("bend.scale.amount", 99.0, "bend.scale.amount: 99.0 given; allowed: a number from -16"),
    ):
        with pytest.raises(UsageError, match=message):
            dream.set(address, value)


def test_layers_are_shown(
    tiny_model: Path, capsys: pytest.CaptureFixture[str], make_preset: MakePreset
) -> None:
    path = str(make_preset().path)
    assert main(["--plugin", str(tiny_model), "models", "show", path]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "tiny (context = 2), frames of 64x48"
    assert main(["--plugin", str(tiny_model), "models", "show", "tiny", "--json"]) == 0
    (layer,) = json.loads(capsys.readouterr().out)["layers"]
    assert (layer["name"], layer["shape"]) == ("conv2d", [256, 256, 3])
    assert "rotate" in layer["operations"]
