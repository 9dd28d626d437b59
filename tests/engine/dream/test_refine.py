"""Refined dreams: large frames that follow a small dream."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.dream.loop import Turn
from artengine.dream.refine import refined, smaller
from artengine.dream.session import Dream
from artengine.errors import UsageError
from artengine.frame import Frame, Size
from artengine.nn.determinism import make_deterministic
from artengine.nn.predictor import Predictor
from artengine.preset import Preset, parse_preset

MakePreset = Callable[..., Preset]


@pytest.fixture
def make_preset(catalog: Catalog, bikes: Path) -> MakePreset:
    def parse(model: str = "swift", state: Any = (), **dream: Any) -> Preset:
        table = {
            "source": {"use": "video", "path": "clip.mp4"},
            "model": {"use": model, "width": 8, "context": 2},
            "dream": {"size": [64, 48], "frames": 5, "refine": 2.0, "detail": 4.0, **dream},
            "feedback": [{"use": "trails"}, {"use": "noise", "amount": 0.1}],
            "state": state,
        }
        return parse_preset(table, catalog, [f"source.path={bikes}"])

    return parse


@pytest.fixture(scope="module")
def predictors(catalog: Catalog) -> dict[str, Predictor]:
    make_deterministic(0)
    models = {
        name: catalog.get("model", name).model_validate({"width": 8, "context": 2})
        for name in ("swift", "convlstm")
    }
    return {name: Predictor(model, model.build()) for name, model in models.items()}


def turns_of(preset: Preset, predictors: dict[str, Predictor]) -> list[Turn]:
    with Dream(preset, predict=predictors[preset.model.name]) as dream:
        return list(dream.turns())


def resized(frame: Frame, size: Size) -> Frame:
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def distance(one: Frame, other: Frame) -> float:
    return float(np.abs(one - other).mean())


def test_coarse_structure_is_taken_from_the_small_frame_and_detail_from_the_large_one() -> None:
    rng = np.random.default_rng(0)
    large = rng.normal(0.5, 0.3, (96, 128, 3)).astype(np.float32)
    small = cv2.GaussianBlur(rng.normal(0.5, 2.0, (48, 64, 3)), (0, 0), 6).astype(np.float32)
    before = large.copy()
    result = refined(large, small, 4.0)
    np.testing.assert_array_equal(large, before)
    assert result.dtype == np.float32
    assert result.shape == large.shape
    coarse = [resized(frame, (16, 12)) for frame in (result, small, large)]
    assert distance(coarse[0], coarse[1]) < 0.2 * distance(coarse[2], coarse[1])
    # The difference is smooth: the large frame keeps its differences between neighbouring pixels.
    assert distance(np.diff(result, axis=1), np.diff(large, axis=1)) < 0.05
    np.testing.assert_allclose(refined(large, resized(large, (64, 48)), 4.0), large, atol=1e-5)


@pytest.mark.parametrize(("detail", "size"), [(1.0, (1, 1)), (256.0, (5, 3)), (3.3, (17, 33))])
def test_takes_any_size(detail: float, size: Size) -> None:
    large = np.full((size[1], size[0], 3), 0.25, np.float32)
    small = np.full((*smaller(size, 2.0)[::-1], 3), 0.75, np.float32)
    np.testing.assert_allclose(refined(large, small, detail), 0.75, atol=1e-6)


def test_a_refined_dream_follows_the_small_dream(
    make_preset: MakePreset, predictors: dict[str, Predictor]
) -> None:
    alone = turns_of(make_preset(refine=1.0, size=[32, 24]), predictors)
    plain = turns_of(make_preset(refine=1.0), predictors)
    with Dream(make_preset(), predict=predictors["swift"]) as dream:
        assert dream.sizes == ((64, 48), (32, 24))
        large = list(dream.turns())
    assert len(large) == 5
    for turn, small, other in zip(large, alone, plain, strict=True):
        for name in ("prediction", "fed"):
            coarse = [
                resized(getattr(dream, name), smaller((32, 24), 4.0))
                for dream in (turn, small, other)
            ]
            assert distance(coarse[0], coarse[1]) < 0.5 * distance(coarse[2], coarse[1])


@pytest.mark.parametrize(
    ("model", "state"), [("swift", []), ("convlstm", [{"use": "noise", "amount": 0.2}])]
)
def test_resumes_bit_for_bit(
    make_preset: MakePreset, predictors: dict[str, Predictor], model: str, state: Any
) -> None:
    preset = make_preset(model, state, truth_frames=2 if state else 1, warmup=2 if state else None)
    whole = turns_of(preset, predictors)
    with Dream(preset, predict=predictors[model]) as dream:
        first = list(islice(dream.turns(), 2))
        snapshot = dream.snapshot()
    with Dream(preset, predict=predictors[model], resume=snapshot) as dream:
        rest = list(dream.turns())
    assert len(whole) == 5
    for one, other in zip(whole, first + rest, strict=True):
        np.testing.assert_array_equal(one.fed, other.fed)
    plain = make_preset(model, state, truth_frames=2 if state else 1, refine=1.0)
    with pytest.raises(UsageError, match="belongs to another dream"):
        Dream(plain, predict=predictors[model], resume=snapshot)


def test_a_parameter_changes_at_both_sizes(
    make_preset: MakePreset, predictors: dict[str, Predictor]
) -> None:
    preset = make_preset()
    plain = turns_of(preset, predictors)
    with Dream(preset, predict=predictors["swift"]) as dream:
        turns = dream.turns()
        changed = list(islice(turns, 2))
        dream.set("feedback.1.amount", 1.0)
        changed += list(islice(turns, 1))
        snapshot = dream.snapshot()
        changed += list(turns)
    with Dream(preset, predict=predictors["swift"], resume=snapshot) as dream:
        for turn, other in zip(dream.turns(), changed[3:], strict=True):
            np.testing.assert_array_equal(turn.fed, other.fed)
    same = [
        np.array_equal(*pair) for pair in zip(fed_frames(plain), fed_frames(changed), strict=True)
    ]
    assert same == [True, True, False, False, False]
    shapes = [resized(turn.fed, (8, 6)) for turn in (plain[2], changed[2])]
    assert distance(*shapes) > 0.02


def fed_frames(turns: list[Turn]) -> list[Frame]:
    return [turn.fed for turn in turns]
