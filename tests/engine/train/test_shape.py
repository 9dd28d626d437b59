"""The training size keeps the aspect ratio of the clip."""

from __future__ import annotations

from pathlib import Path

import pytest

from artengine.catalog import Catalog
from artengine.preset import parse_preset
from artengine.train.shape import size_of_shape, training_size


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1920, 1080), (336, 192)),
        ((1080, 1920), (192, 336)),
        ((640, 480), (304, 224)),
        ((512, 512), (256, 256)),
        ((640, 272), (384, 160)),
        ((1, 1), (256, 256)),
    ],
)
def test_the_size_is_close_to_the_aspect_ratio(
    shape: tuple[int, int], size: tuple[int, int]
) -> None:
    assert size_of_shape(*shape) == size


def test_any_aspect_ratio_has_a_size() -> None:
    for width in range(100, 2000, 70):
        result = size_of_shape(width, 500)
        assert result[0] % 16 == result[1] % 16 == 0
        assert 0.8 < result[0] * result[1] / 65_536 < 1.2
        assert abs(result[0] * 500 / (result[1] * width) - 1.0) < 0.1
    assert size_of_shape(100_000, 1) == (4096, 16)


def test_the_size_is_computed_from_the_clip_unless_it_is_given(
    catalog: Catalog, bikes: Path
) -> None:
    table = {"source": {"use": "video", "path": "clip.mp4"}, "model": {"use": "recall"}}
    preset = parse_preset(table, catalog, [f"source.path={bikes}"])
    assert preset.train.size == "auto"
    result = training_size(preset.train.size, preset.source)
    assert result == (384, 160)
    assert training_size((64, 48), preset.source) == (64, 48)
    assert preset.dream.size_of(result) == result
    twice = preset.with_values({"dream.scale": 2.0}).dream
    assert twice.size_of(result) == (768, 320)
    assert twice.size_of(None) is None
