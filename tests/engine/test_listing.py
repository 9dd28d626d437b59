"""Listing plugins from the manifest of the packaged ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from artengine import folders, listing
from artengine.catalog import load_catalog


def test_the_manifest_is_up_to_date() -> None:
    file = listing.manifest_file()
    assert file is not None
    written = file.read_text(encoding="utf-8")
    assert listing.manifest() == written, "run python -m artengine.listing"


@pytest.fixture
def _no_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("plugins are loaded")

    monkeypatch.setattr("artengine.catalog.load_catalog", refuse)


@pytest.mark.usefixtures("_no_loading")
def test_built_in_plugins_are_listed_without_loading_them() -> None:
    listed = listing.list_plugins()
    assert "trails" in listed.kinds["effect"]
    assert {report["status"] for report in listed.reports} == {"ok"}


def test_the_manifest_lists_the_same_as_loading() -> None:
    assert listing.list_plugins() == listing.of_catalog(load_catalog())


def test_plugins_of_the_user_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path))
    folders.plugins().mkdir()
    (folders.plugins() / "mine.py").write_text("1 / 0", encoding="utf-8")
    assert listing.list_plugins().reports[-1]["plugin"] == "mine.py"
    assert listing.list_plugins([folders.plugins() / "mine.py"]).reports[-1]["status"] == "failed"


def test_a_distribution_that_is_not_in_the_manifest_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[artengine]\nodd = stranger_to_all\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "stranger_to_all" in [report["plugin"] for report in listing.list_plugins().reports]


def test_listing_imports_no_plugin_and_no_library_of_theirs() -> None:
    code = (
        "import sys; from artengine.cli import main; main(['plugins', 'list']);"
        "print([m for m in ('artengine_plugins', 'numpy', 'cv2', 'pluggy') if m in sys.modules])"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert completed.stdout.splitlines()[-1] == "[]"
