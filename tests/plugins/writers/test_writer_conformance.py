"""Our writers keep what every writer promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from artengine.catalog import load_catalog
from artengine.testing import Check, conformance

CATALOG = load_catalog()


@pytest.mark.parametrize(
    "check", [c for kind in CATALOG.writers.values() for c in conformance(kind)], ids=str
)
def test_keeps(check: Check, tmp_path: Path) -> None:
    check(tmp_path)


def test_those_that_ship_are_among_them() -> None:
    assert {"mp4", "png", "contact-sheet"} <= CATALOG.writers.keys()


def test_endings_choose_them() -> None:
    for name, kind in CATALOG.writers.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        for suffix in kind.suffixes:
            assert CATALOG.writer_for(f"film{suffix.upper()}") is kind
