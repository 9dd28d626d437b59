"""The quilt model, which recalls its clip separately for each region of the frame."""

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

Positions = npt.NDArray[np.floating[Any]]


class Walk:
    """A clip of a bright bar that moves across a dark picture and back."""

    scenes = (range(200),)

    def __getitem__(self, number: int) -> npt.NDArray[np.uint8]:
        picture = np.full((64, 96, 3), 40, np.uint8)
        at = number % 100
        picture[:, at - at // 50 * 2 * (at - 50) : at - at // 50 * 2 * (at - 50) + 20] = 200
        return picture


class Streets(Walk):
    """A clip with a cut every 12 frames: all scenes differ much, but not all by as much."""

    def __getitem__(self, number: int) -> npt.NDArray[np.uint8]:
        rng = np.random.default_rng(number // 12)
        blocks = rng.choice(np.array([20, 230], np.uint8), (4, 4, 1))
        return np.asarray(blocks.repeat(16, axis=0).repeat(24, axis=1).repeat(3, axis=2))


def positions_over_time(
    frames: int, clip: Walk | None = None, **parameters: Any
) -> list[Positions]:
    """Return the positions of the regions in the memory, one array per frame."""
    make_deterministic(0)
    model = Quilt(width=4, pictures=256, grid=16, **parameters)
    network = model.build()
    footage = clip or Walk()
    model.adapt(network, footage)
    predictor = Predictor(model, network)
    context: list[Frame] = [np.float32(1 / 255) * footage[number] for number in range(4)]
    positions = []
    for number in range(frames):
        prediction = predictor(context, (3, number))
        assert np.isfinite(prediction).all()
        context = [*context[1:], prediction]
        positions.append(np.asarray(predictor.state()[0])[0])
    return positions


@pytest.mark.parametrize(("height", "width"), [(64, 64), (9, 30), (4, 5)])
def test_regions_cover_a_picture_evenly(height: int, width: int) -> None:
    np.testing.assert_allclose(windows(height, width, SIDE).sum(0), 1.0, atol=1e-6)
    wider = windows(height, width, SIDE, margin=0.5)
    assert (wider >= windows(height, width, SIDE) - 1e-6).all()


def test_neighbours_are_the_regions_that_touch() -> None:
    near = neighbours(4)
    assert near[0].nonzero()[0].tolist() == [1, 4, 5]
    assert near.sum(1)[5] == 8
    assert (near == near.T).all()


def test_without_invention_all_regions_share_one_position() -> None:
    positions = positions_over_time(60, invent=0.0, elsewhere=0.0)
    assert all(np.ptp(each) == 0.0 for each in positions)
    assert len({float(each[0]) for each in positions}) > 50


def test_without_invention_all_regions_leap_together() -> None:
    positions = positions_over_time(60, invent=0.0, elsewhere=0.0, leaps=0.3)
    assert all(np.ptp(each) == 0.0 for each in positions)
    leapt = [abs(float(b[0] - a[0]) - 1.0) > 2.0 for a, b in pairwise(positions)]
    assert sum(leapt) >= 3


def test_with_full_invention_regions_go_to_different_times() -> None:
    positions = positions_over_time(60, elsewhere=0.0)
    distinct = [len(np.unique(np.round(each / 12))) for each in positions]
    assert distinct[0] == 1
    assert distinct[-1] >= 4


def test_regions_jump_in_clips_whose_pictures_differ_much() -> None:
    positions = positions_over_time(80, Streets(), elsewhere=0.0, leaps=0.0)
    jumped = [np.abs(b - a - 1.0) > 12 for a, b in pairwise(positions)]
    assert np.sum(jumped) >= 8


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
