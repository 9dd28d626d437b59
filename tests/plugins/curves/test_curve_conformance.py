"""What every kind of curve promises."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from artengine.api import Curve
from artengine.catalog import load_catalog

CURVES: Sequence[type[Curve]] = list(load_catalog().curves.values())

every = pytest.mark.parametrize("kind", CURVES, ids=lambda kind: kind.name)


def test_those_that_ship_are_among_them() -> None:
    assert "keyframes" in {kind.name for kind in CURVES}


@every
def test_is_documented(kind: type[Curve]) -> None:
    assert re.match(r"[A-Z][^\n]+\.(\n|$)", kind.__doc__ or "")
    for name, info in kind.model_fields.items():
        assert (info.description or "").strip().endswith("."), f"{kind.name}.{name}"


@every
def test_is_told_by_a_key_that_it_needs(kind: type[Curve]) -> None:
    assert kind.model_fields[kind.key].is_required()
