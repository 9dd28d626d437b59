"""Our sources keep what every source promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from artengine.api import to_picture
from artengine.catalog import load_catalog
from artengine.testing import Check, conformance, frames
from artengine.testing.check import Trial

SOURCES = load_catalog().sources


@pytest.fixture(scope="session")
def given(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What sources that read files are given: a real clip, and pictures."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("shots")
    for number, frame in enumerate(frames((40, 24), 12)):
        Image.fromarray(to_picture(frame)).save(folder / f"{number:03d}.png")
    return {"images": {"path": str(folder)}, "video": {"path": str(bikes)}}


@pytest.mark.parametrize(
    "check", [c for kind in SOURCES.values() for c in conformance(kind)], ids=str
)
def test_keeps(check: Check, given: dict[str, dict[str, str]], tmp_path: Path) -> None:
    check.promise(Trial(check.kind, given.get(check.kind.name, {}), tmp_path))


def test_those_that_ship_are_among_them() -> None:
    assert {"video", "images", "synthetic"} <= SOURCES.keys()
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in SOURCES)
