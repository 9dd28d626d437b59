"""Conformance of the built-in sources."""

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
def parameters(bikes: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Parameters of the sources that read files: a real clip, and a folder of pictures."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("shots")
    for number, frame in enumerate(frames((40, 24), 12)):
        Image.fromarray(to_picture(frame)).save(folder / f"{number:03d}.png")
    return {"images": {"path": str(folder)}, "video": {"path": str(bikes)}}


@pytest.mark.parametrize(
    "check", [c for kind in SOURCES.values() for c in conformance(kind)], ids=str
)
def test_conforms(check: Check, parameters: dict[str, dict[str, str]], tmp_path: Path) -> None:
    check.promise(Trial(check.kind, parameters.get(check.kind.name, {}), tmp_path))


def test_built_in_sources_are_tested() -> None:
    assert {"video", "images", "synthetic"} <= SOURCES.keys()
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in SOURCES)
