"""The catalog: names, conflicts, suggestions, and observers."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from artengine.catalog import KINDS, Catalog, load_catalog
from artengine.effect import Effect
from artengine.errors import PluginError
from artengine.writer import Writer

EFFECT = '''
from typing import ClassVar
from artengine.api import Effect, hookimpl

class {cls}(Effect):
    """Leave everything as it is."""
    name: ClassVar[str] = "{name}"
    def apply(self, frame, now):
        return frame

@hookimpl
def register_effects():
    return [{cls}]
'''
OBSERVER = """
from artengine.api import hookimpl
heard = []

@hookimpl
def after_frame(index):
    heard.append(index)
    {action}

@hookimpl
def after_dream(files, recipe):
    heard.append((recipe, files))
"""


def write_plugin(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def write_effect(folder: Path, file: str, name: str) -> Path:
    return write_plugin(folder, file, EFFECT.format(cls="Still", name=name))


def test_kinds_are_found_by_name(catalog: Catalog) -> None:
    assert catalog.get("effect", "trails") is catalog.effects["trails"]
    assert issubclass(catalog.get("effect", "trails"), Effect)
    for kind in KINDS:
        result = catalog.plugins(kind)
        assert list(result) == sorted(result)
        assert all(offered.kind == kind for offered in result.values())
    assert {"video", "synthetic", "images"} <= set(catalog.sources)
    assert {"swift", "hourglass"} <= set(catalog.models)


def test_all_packaged_plugins_load(catalog: Catalog) -> None:
    own = [report for report in catalog.reports if report.origin == "entry point"]
    assert [report for report in own if report.status == "failed"] == []
    assert "effect trails" in {provided for report in own for provided in report.provides}


def test_an_unknown_name_is_reported_with_the_nearest_and_all_names(catalog: Catalog) -> None:
    with pytest.raises(PluginError) as caught:
        catalog.get("effect", "trials")
    message = str(caught.value)
    assert message.startswith('no effect "trials" (did you mean "trails"?); there are: ')
    assert "noise" in message
    assert "\n" not in message


def test_a_missing_name_is_reported_with_a_hint_at_failed_plugins(tmp_path: Path) -> None:
    bad = write_plugin(tmp_path, "bad", "1 / 0")
    with pytest.raises(PluginError, match="some plugins failed: see artengine doctor"):
        load_catalog([bad], user_folder=False, all_sound=False).get("source", "tape")


def test_the_first_provider_of_a_name_keeps_it(tmp_path: Path) -> None:
    first, second = (
        write_effect(tmp_path, "one", "test-still"),
        write_effect(tmp_path, "two", "test-still"),
    )
    catalog = load_catalog([first, second], user_folder=False, all_sound=False)
    reports = {report.plugin: report for report in catalog.reports}
    assert reports["one.py"].provides == ("effect test-still",)
    assert (reports["two.py"].status, reports["two.py"].provides) == ("failed", ())
    assert reports["two.py"].reason == 'effect "test-still" is already provided by one.py'


def test_plugins_of_two_kinds_may_have_one_name(tmp_path: Path) -> None:
    catalog = load_catalog([write_effect(tmp_path, "one", "video")], user_folder=False)
    assert catalog.get("effect", "video").kind == "effect"
    assert catalog.get("source", "video").kind == "source"


def test_the_file_extension_selects_the_writer(catalog: Catalog) -> None:
    for suffix in (".mp4", ".MP4", "a/night.drive.mp4"):
        writer = catalog.writer_for(suffix)
        assert writer is not None
        assert issubclass(writer, Writer)
        assert writer.name == "mp4"
    assert catalog.writer_for(".doc") is None
    sheet = catalog.writer_for("night.sheet.png")
    assert sheet is not None
    assert sheet.name == "contact-sheet"
    assert catalog.writer_for("") is None


def heard_by(file: Path) -> list[object]:
    (module,) = [m for m in sys.modules.values() if getattr(m, "__file__", "") == str(file)]
    return list(module.heard)


def test_observers_get_the_arguments_they_declare(tmp_path: Path) -> None:
    file = write_plugin(tmp_path, "observer", OBSERVER.format(action=""))
    catalog = load_catalog([file], user_folder=False)
    catalog.notify("after_frame", index=3, picture=None)
    catalog.notify("after_dream", recipe={"seed": 1}, files=[])
    assert heard_by(file) == [3, ({"seed": 1}, [])]


@pytest.mark.parametrize("action", ["raise ValueError('tired')", "raise SystemExit('tired')"])
def test_an_observer_that_raises_is_reported_once_and_the_others_are_called(
    action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records: list[logging.LogRecord] = []
    monkeypatch.setattr(logging.getLogger("artengine"), "handle", records.append)
    bad = write_plugin(tmp_path, "bad", OBSERVER.format(action=action))
    good = write_plugin(tmp_path, "good", OBSERVER.format(action=""))
    catalog = load_catalog([bad, good], user_folder=False)
    for index in range(3):
        catalog.notify("after_frame", index=index, picture=None)
    catalog.notify("after_dream", recipe={}, files=[])
    assert heard_by(bad) == [0]
    assert heard_by(good) == [0, 1, 2, ({}, [])]
    (record,) = records
    assert record.getMessage().endswith("tired; its observers are not called again")
    assert "bad.py: after_frame raised" in record.getMessage()


def test_observers_are_called_in_pluggy_s_order(tmp_path: Path) -> None:
    marks = {"a": "", "b": "(trylast=True)", "c": "(tryfirst=True)", "d": ""}
    text = "from artengine.api import hookimpl\n@hookimpl{}\ndef after_frame(picture): "
    files = [
        write_plugin(tmp_path, name, f"{text.format(mark)}picture.append({name!r})")
        for name, mark in marks.items()
    ]
    order: list[str] = []
    load_catalog(files, user_folder=False).notify("after_frame", index=0, picture=order)
    assert order == ["c", "d", "a", "b"]


def test_an_unknown_hook_may_be_marked_as_optional(tmp_path: Path) -> None:
    text = OBSERVER.format(action="") + "\n@hookimpl(optionalhook=True)\ndef after_all(x): pass\n"
    catalog = load_catalog([write_plugin(tmp_path, "new", text)], user_folder=False)
    assert catalog.reports[-1].status == "ok"


def test_a_plugin_file_that_is_named_replaces_an_installed_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records: list[logging.LogRecord] = []
    monkeypatch.setattr(logging.getLogger("artengine"), "handle", records.append)
    catalog = load_catalog([write_effect(tmp_path, "mine", "trails")], user_folder=False)
    assert catalog.effects["trails"].__module__.endswith("_mine")
    (record,) = records
    assert record.getMessage() == (
        'effect "trails" is that of mine.py, not of artengine_plugins.effects'
    )
    (own,) = [r for r in catalog.reports if r.plugin == "artengine_plugins.effects"]
    assert (own.status, "effect trails" in own.provides) == ("ok", False)
    assert catalog.reports[-1].provides == ("effect trails",)


def test_loading_the_catalog_imports_no_network_library() -> None:
    code = (
        "import sys; from artengine.catalog import load_catalog; load_catalog();"
        "print([m for m in ('tensorflow', 'keras', 'jax', 'torch') if m in sys.modules])"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert completed.stdout == "[]\n"
