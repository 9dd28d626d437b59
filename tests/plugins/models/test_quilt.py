"""A network that remembers its clip by parts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from artengine.api import Frame
from artengine.catalog import Catalog
from artengine.errors import WeightsError
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.preset import parse_preset
from artengine.weights import build_network, find_weights
from artengine_plugins.models.quilt import SIDE, Quilt
from artengine_plugins.models.regions import neighbours, windows

Places = npt.NDArray[np.floating[Any]]


class Walk:
    """A bright bar that walks over a dark picture, and comes back."""

    scenes = (range(200),)

    def __getitem__(self, number: int) -> npt.NDArray[np.uint8]:
        picture = np.full((64, 96, 3), 40, np.uint8)
        at = number % 100
        picture[:, at - at // 50 * 2 * (at - 50) : at - at // 50 * 2 * (at - 50) + 20] = 200
        return picture


class Streets(Walk):
    """As a street with cuts: every picture is far from every other, and some are less far."""

    def __getitem__(self, number: int) -> npt.NDArray[np.uint8]:
        rng = np.random.default_rng(number // 12)
        blocks = rng.choice(np.array([20, 230], np.uint8), (4, 4, 1))
        return np.asarray(blocks.repeat(16, axis=0).repeat(24, axis=1).repeat(3, axis=2))


def played(frames: int, clip: Walk | None = None, **parameters: Any) -> list[Places]:
    """The regions' places in the memory, frame by frame."""
    make_deterministic(0)
    model = Quilt(width=4, pictures=256, grid=16, **parameters)
    network = model.build()
    walk = clip or Walk()
    model.adapt(network, walk)
    predictor = Predictor(model, network)
    seen: list[Frame] = [np.float32(1 / 255) * walk[number] for number in range(4)]
    places = []
    for number in range(frames):
        made = predictor(seen, (3, number))
        assert np.isfinite(made).all()
        seen = [*seen[1:], made]
        places.append(np.asarray(predictor.state()[0])[0])
    return places


@pytest.mark.parametrize(("height", "width"), [(64, 64), (9, 30), (4, 5)])
def test_regions_cover_a_picture_evenly(height: int, width: int) -> None:
    np.testing.assert_allclose(windows(height, width, SIDE).sum(0), 1.0, atol=1e-6)
    wider = windows(height, width, SIDE, margin=0.5)
    assert (wider >= windows(height, width, SIDE) - 1e-6).all()


def test_neighbours_touch() -> None:
    near = neighbours(4)
    assert near[0].nonzero()[0].tolist() == [1, 4, 5]
    assert near.sum(1)[5] == 8
    assert (near == near.T).all()


def test_where_nothing_is_invented_all_regions_agree() -> None:
    places = played(60, invent=0.0, elsewhere=0.0)
    assert all(np.ptp(each) == 0.0 for each in places)
    assert len({float(each[0]) for each in places}) > 50


def test_where_nothing_is_invented_all_regions_leap_together() -> None:
    places = played(60, invent=0.0, elsewhere=0.0, leaps=0.3)
    assert all(np.ptp(each) == 0.0 for each in places)
    leapt = [abs(float(b[0] - a[0]) - 1.0) > 2.0 for a, b in pairwise(places)]
    assert sum(leapt) >= 3


def test_where_all_is_invented_regions_go_to_other_times() -> None:
    places = played(60, elsewhere=0.0)
    apart = [len(np.unique(np.round(each / 12))) for each in places]
    assert apart[0] == 1
    assert apart[-1] >= 4


def test_regions_leave_where_pictures_differ_much_too() -> None:
    places = played(80, Streets(), elsewhere=0.0, leaps=0.0)
    moved = [np.abs(b - a - 1.0) > 12 for a, b in pairwise(places)]
    assert np.sum(moved) >= 8


def test_it_dreams_with_the_weights_of_recall(catalog: Catalog, tmp_path: Path) -> None:
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "quilt", "weights": "night-drive", "grid": 48},
        "dream": {"size": [64, 64]},
    }
    preset = parse_preset(table, catalog, name="x")
    with pytest.raises(WeightsError, match="made with pictures = 150, while"):
        build_network(preset, find_weights(preset))
    preset = preset.with_values({"model.pictures": 150})
    assert build_network(preset, find_weights(preset)).name == "quilt"
