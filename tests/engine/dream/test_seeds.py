"""Different seeds make different films with every kind of source and effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.dream.session import Dream
from artengine.frame import Picture
from artengine.nn.predictor import Predictor
from artengine.preset import parse_preset


def film(catalog: Catalog, seed: int, predict: Any, **tables: Any) -> list[Picture]:
    table = {
        "source": {"use": "synthetic", "scene": "night-road"},
        "model": {"use": "swift", "width": 8, "context": 2},
        "dream": {"size": [32, 32], "frames": 3},
        **tables,
        "seed": seed,
    }
    with Dream(parse_preset(table, catalog), predict=predict) as dream:
        return list(dream)


@pytest.fixture(scope="module")
def predict(catalog: Catalog) -> Predictor:
    model = catalog.get("model", "swift").model_validate({"width": 8, "context": 2})
    return Predictor(model, model.build())


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {
            "source": {"use": "synthetic", "scene": "night-road", "seed": 0},
            "dream": {"size": [32, 32], "frames": 3, "start": "random"},
        },
    ],
    ids=["scene", "start"],
)
def test_four_seeds_are_four_films(
    catalog: Catalog, predict: Predictor, tables: dict[str, Any]
) -> None:
    films = [film(catalog, seed, predict, **tables) for seed in range(4)]
    for number, one in enumerate(films):
        for other in films[:number]:
            assert np.abs(one[0].astype(int) - other[0]).mean() > 0.1
    np.testing.assert_array_equal(films[2], film(catalog, 2, predict, **tables))
