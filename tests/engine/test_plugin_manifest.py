"""Plugins described by manifests: imported on lookup, and stale manifests are detected."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from artengine import listing
from artengine.catalog import load_catalog
from artengine.cli import main
from artengine.plugin_manifest import MANIFEST, plugin_entries, read_manifests

EFFECTS = '''
from typing import ClassVar
from artengine.api import Effect, hookimpl

class {name}(Effect):
    """Leave everything as it is."""
    name: ClassVar[str] = "odd-{lower}"
    def apply(self, frame, now):
        return frame
'''
HOOK = """
from artengine.api import hookimpl

@hookimpl
def register_effects():
    from odd_effects.one import One
    from odd_effects.two import Two
    return [One, Two]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with two effects."""
    info, package = tmp_path / "odd-1.0.dist-info", tmp_path / "odd_effects"
    for folder in (info, package):
        folder.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[artengine]\nodd = odd_effects\n")
    (package / "__init__.py").write_text(HOOK)
    for name in ("One", "Two"):
        text = EFFECTS.format(name=name, lower=name.lower())
        (package / f"{name.lower()}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in [name for name in sys.modules if name.partition(".")[0] == "odd_effects"]:
        monkeypatch.delitem(sys.modules, module)
    return package


def write_manifest(package: Path) -> None:
    """Write the package's manifest, and unload the modules imported for it."""
    assert main(["plugins", "manifest", "odd_effects"]) == 0
    assert (package / MANIFEST).is_file()
    for module in imported():
        del sys.modules[module]


def write_manifest_without_digest(package: Path) -> None:
    """The same, with a manifest that stays valid when the package changes."""
    write_manifest(package)
    table = json.loads((package / MANIFEST).read_text())
    del table["source"]
    (package / MANIFEST).write_text(json.dumps(table))


def imported() -> list[str]:
    return sorted(name for name in sys.modules if name.partition(".")[0] == "odd_effects")


def test_a_plugin_is_imported_on_lookup(package: Path) -> None:
    write_manifest(package)
    catalog = load_catalog(user_folder=False)
    (report,) = [each for each in catalog.reports if each.plugin == "odd_effects"]
    assert report.provides == ("effect odd-one", "effect odd-two")
    assert "odd-two" in list(catalog.effects)
    assert imported() == []
    assert catalog.get("effect", "odd-two").__module__ == "odd_effects.two"
    assert imported() == ["odd_effects", "odd_effects.two"]
    entries = listing.of_catalog(catalog)
    assert entries.kinds["effect"]["odd-one"] == "Leave everything as it is."
    assert imported() == ["odd_effects", "odd_effects.two"]


def test_a_manifest_of_other_source_is_not_read(package: Path) -> None:
    write_manifest(package)
    (package / "__init__.py").write_text(HOOK.replace("One, Two", "Two"))
    assert [n for n in load_catalog(user_folder=False).effects if "odd" in n] == ["odd-two"]
    assert "odd_effects.one" in imported()


def test_a_wrong_entry_of_a_manifest_is_dropped_on_import(package: Path) -> None:
    write_manifest_without_digest(package)
    table = json.loads((package / MANIFEST).read_text())
    table["entries"]["odd_effects"][0] |= {"name": "odd-old", "place": "odd_effects.one:Old"}
    (package / MANIFEST).write_text(json.dumps(table))
    catalog = load_catalog(user_folder=False)
    assert "odd-old" in list(catalog.effects)
    assert "odd-old" not in catalog.effects
    assert [name for name in catalog.effects if "odd" in name] == ["odd-one", "odd-two"]


def test_a_broken_described_plugin_is_set_aside_with_its_reason(package: Path) -> None:
    write_manifest_without_digest(package)
    (package / "two.py").write_text("import nothing_at_all\n")
    catalog = load_catalog(user_folder=False)
    assert "odd-two" not in catalog.effects
    (report,) = [each for each in catalog.reports if each.plugin == "odd_effects"]
    assert report.reason.startswith("ModuleNotFoundError: No module named 'nothing_at_all'")
    assert "(some plugins failed: see artengine doctor)" in catalog.instead("effect", "odd-two")


def test_a_package_with_observers_is_imported(package: Path) -> None:
    (package / "__init__.py").write_text(f"{HOOK}\n@hookimpl\ndef after_frame(index): pass\n")
    assert json.loads(listing.manifest("odd_effects"))["entries"] == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 5},
        {"name": ["x"]},
        {"name": "two\nlines"},
        {"kind": "sauce"},
        {"kind": {}},
        {"kind": "curve"},
        {"place": 5},
        {"about": None},
        {"about": "two\nlines"},
        {"key": []},
        {"kind": "writer", "suffixes": [5]},
        {"kind": "writer", "suffixes": ".mp4"},
        {"more": 1},
    ],
    ids=str,
)
def test_an_invalid_entry_of_a_manifest_is_ignored(package: Path, wrong: dict[str, object]) -> None:
    entry = {"kind": "effect", "name": "odd-x", "place": "odd_effects.one:One", "about": "x"}
    entries = [each for each in plugin_entries() if each.value == "odd_effects"]
    for offered in ([entry], [entry | wrong]):
        table = {"format": 1, "entries": {"odd_effects": offered}}
        (package / MANIFEST).write_text(json.dumps(table))
        assert len(read_manifests(entries)) == (offered == [entry])


def test_a_missing_class_is_left_out_of_lists(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_manifest_without_digest(package)
    (package / "two.py").write_text("raise ValueError('late')\n")
    catalog = load_catalog(user_folder=False)
    assert "odd-two" in list(catalog.effects)
    assert "odd-two" not in dict(catalog.effects.items())
    capsys.readouterr()
    assert main(["plugins", "show", "odd-two"]) == 4
    message = 'error: no plugin "odd-two"; some plugins failed: see artengine doctor\n'
    assert capsys.readouterr().err == message


def test_an_entry_point_that_names_no_module_is_set_aside(package: Path) -> None:
    entries = package.parent / "odd-1.0.dist-info" / "entry_points.txt"
    entries.write_text("[artengine]\nodd = odd effects?\nmore = odd_effects\n")
    catalog = load_catalog(user_folder=False)
    assert "odd-one" in catalog.effects
    (report,) = [each for each in catalog.reports if each.status == "failed"]
    assert report.reason == 'the entry point "odd" is "odd effects?"; write it as package.module'


def test_an_unwritable_manifest_is_reported(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (package / MANIFEST).mkdir()
    assert main(["plugins", "manifest", "odd_effects"]) == 6
    assert ": cannot be written: " in capsys.readouterr().err
    assert main(["plugins", "manifest", "odd-effects"]) == 4
    assert 'no installed package "odd-effects" has plugins (did you mean "odd_effects"?)' in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "text", ["", "[" * 100_000, "[]", '{"format": 1, "entries": 3}', '{"format": 99}']
)
def test_a_file_that_is_no_manifest_is_ignored(package: Path, text: str) -> None:
    (package / MANIFEST).write_text(text)
    assert "odd-one" in list(load_catalog(user_folder=False).effects)
    assert "odd_effects.one" in imported()
