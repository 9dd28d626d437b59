"""Conformance of the built-in kinds of curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from artengine.catalog import load_catalog
from artengine.testing import Check, conformance

CURVES = list(load_catalog().curves.values())

TABLES: dict[str, dict[str, Any]] = {
    "expression": {"expression": "lag(noise(2 * t), 0.2) + 0.3 * sin(t)"},
    "keyframes": {"keys": {"0s": 0.0, "1s": 1.0, "2s": 0.25}},
}
"""A table for each kind of curve that reads no file."""


@pytest.mark.parametrize(
    "check", [c for k in CURVES for c in conformance(k, **TABLES.get(k.name, {}))], ids=str
)
def test_conforms(check: Check, tmp_path: Path) -> None:
    check(tmp_path)


def test_built_in_kinds_are_tested() -> None:
    assert TABLES.keys() <= {kind.name for kind in CURVES}
