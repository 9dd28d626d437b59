"""Conformance of the built-in writers."""

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
def test_conforms(check: Check, tmp_path: Path) -> None:
    check(tmp_path)


def test_built_in_writers_are_tested() -> None:
    assert {"mp4", "png", "contact-sheet"} <= CATALOG.writers.keys()


def test_every_suffix_selects_its_writer() -> None:
    for name, kind in CATALOG.writers.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        for suffix in kind.suffixes:
            assert CATALOG.writer_for(f"film{suffix.upper()}") is kind
