"""Parameters of the same name mean the same in every effect: see docs/effects-parameters.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from artengine.api import Effect
from artengine.catalog import load_catalog
from artengine.params import bounds, is_path
from artengine_plugins.imaging.border import Border

PAGE = Path(__file__).parents[3] / "docs" / "effects-parameters.md"
EFFECTS = list(load_catalog().effects.values())
EXCEPTIONS = {("shift", "x"), ("shift", "y")}
BOUNDS = {
    "x": (0, 1),
    "y": (0, 1),
    "angle": (-180, 180),
    "turn": (-720, 720),
    "frames": (1, 64),
    "drag": (-8, 8),
    "refresh": (0, 1),
}
UNITS = {"angle": "degrees", "turn": "degrees a second", "seconds": "seconds", "size": None}


@pytest.mark.parametrize("kind", EFFECTS, ids=lambda kind: kind.name)
def test_shared_names_have_shared_ranges_and_units(kind: type[Effect]) -> None:
    for name, info in kind.model_fields.items():
        if (kind.name, name) in EXCEPTIONS:
            continue
        limits, extra = bounds(info), info.json_schema_extra
        if name in BOUNDS:
            assert (limits["ge"], limits["le"]) == BOUNDS[name], name
        if name in UNITS:
            assert (extra.get("unit") if isinstance(extra, dict) else None) == UNITS[name], name
        if name == "size":
            assert 0 < limits["ge"] < limits["le"] <= 2
        if name in ("seconds", "threshold"):
            assert limits["ge"] >= 0
        if name == "amount":
            assert limits["ge"] <= 0 < limits["le"]
        if name == "border":
            assert get_args(info.annotation) == get_args(Border)
        assert (name == "path") == is_path(info), name
        assert name != "frames" or name not in kind.automatable()


def test_the_page_lists_the_shared_parameters() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Fields")[0]
    listed = set(
        re.findall(r"`([a-z]+)`", "".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)))
    )
    assert BOUNDS.keys() | UNITS.keys() <= listed
    used = {name for kind in EFFECTS for name in kind.model_fields}
    assert listed <= used | {"path"}, listed - used
    assert all(f"`{border}`" in page for border in get_args(Border))
