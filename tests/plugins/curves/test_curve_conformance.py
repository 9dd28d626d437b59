"""Our kinds of curves keep what every kind of curve promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from artengine.catalog import load_catalog
from artengine.testing import Check, conformance

CURVES = list(load_catalog().curves.values())

GIVEN: dict[str, dict[str, Any]] = {
    "expression": {"expression": "lag(noise(2 * t), 0.2) + 0.3 * sin(t)"},
    "keyframes": {"keys": {"0s": 0.0, "1s": 1.0, "2s": 0.25}},
}
"""A table for each kind that needs no file."""


@pytest.mark.parametrize(
    "check", [c for k in CURVES for c in conformance(k, **GIVEN.get(k.name, {}))], ids=str
)
def test_keeps(check: Check, tmp_path: Path) -> None:
    check(tmp_path)


def test_those_that_ship_are_among_them() -> None:
    assert GIVEN.keys() <= {kind.name for kind in CURVES}
