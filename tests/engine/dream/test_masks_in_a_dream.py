"""Masks of a film: resumed bit for bit, and errors before the film begins."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from predictors import Still

from artengine.catalog import Catalog
from artengine.dream.render import render
from artengine.dream.session import Dream
from artengine.dream.targets import Target
from artengine.errors import SourceError, UsageError
from artengine.preset import Preset, parse_preset


def preset_of(catalog: Catalog, *feedback: dict[str, Any]) -> Preset:
    table = {
        "seed": 4,
        "source": {"use": "synthetic"},
        "model": {"use": "swift", "context": 3},
        "dream": {"frames": 8, "size": [32, 24], "fps": 10},
        "curves": {"wander": "walk(2)"},
        "feedback": list(feedback),
        "output": [{"use": "invert", "mask": "last.luma < luma or feather(x < wander, 4)"}],
    }
    return parse_preset(table, catalog, name="test")


def test_a_dream_with_masks_resumes_bit_for_bit(catalog: Catalog) -> None:
    preset = preset_of(
        catalog,
        {"use": "noise", "mask": "motion > 0.02 or truth.motion > 0.02 or noise(0.3, 2) > 0.5"},
        {"use": "hue", "degrees": 40, "mask": "y < lag(wander, 0.3)"},
    )
    with Dream(preset, predict=Still()) as dream:
        expected = list(dream)
    with Dream(preset, predict=Still()) as dream:
        list(itertools.islice(dream, 5))
        snapshot = dream.snapshot()
    with Dream(preset, predict=Still(), resume=snapshot) as dream:
        np.testing.assert_array_equal(list(dream), expected[5:])


def test_a_missing_file_is_reported_before_the_film_begins(
    catalog: Catalog, tmp_path: Path
) -> None:
    preset = preset_of(catalog, {"use": "noise", "mask": "file('nothing.png')"})
    target = Target(catalog.get("writer", "gif")(), tmp_path / "film.gif")
    with pytest.raises(SourceError, match=r"nothing\.png"):
        render(preset, catalog, [target], predict=Still())
    assert not list(tmp_path.iterdir())


def test_a_mask_of_an_unread_source_cannot_be_set(catalog: Catalog) -> None:
    preset = preset_of(catalog, {"use": "noise"})
    with Dream(preset, predict=Still()) as dream:
        dream.set("feedback.noise.mask", "x < 0.5")
        with pytest.raises(UsageError, match=r"feedback\.noise\.mask: it looks at the source"):
            dream.set("feedback.noise.mask", "truth.luma")
        with pytest.raises(UsageError, match=r"feedback.noise.mask: .*column 1: there is no"):
            dream.set("feedback.noise.mask", "lumma")
        assert len(list(dream)) == 8
