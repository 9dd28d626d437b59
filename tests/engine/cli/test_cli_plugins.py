"""`artengine plugins list` and `show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from artengine.catalog import Catalog
from artengine.cli import main
from artengine.cli.plugins import show

EFFECT = '''
from typing import ClassVar
from artengine.api import Effect, Param, hookimpl

class Still(Effect):
    """Leave everything
    as it is.

    More is said here.
    """
    name: ClassVar[str] = "test-still"
    amount: float = Param(0.5, ge=0, le=1, unit="turns a second")
    """Nothing comes
    of it."""
    factor: int = Param(automatable=False)
    """A number that must be given."""
    def apply(self, frame, now):
        return frame

@hookimpl
def register_effects():
    return [Still]
'''


@pytest.fixture
def good_plugin(tmp_path: Path) -> str:
    path = tmp_path / "still.py"
    path.write_text(EFFECT, encoding="utf-8")
    return str(path)


@pytest.fixture
def bad_plugin(tmp_path: Path) -> str:
    path = tmp_path / "bad.py"
    path.write_text("import nowhere_to_be_found", encoding="utf-8")
    return str(path)


def test_the_list_names_everything_and_what_failed(
    good_plugin: str, bad_plugin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "list", "--plugin", good_plugin, "--plugin", bad_plugin]) == 4
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    kinds = [line for line in lines if not line.startswith(" ")]
    assert kinds == ["sources", "models", "effects", "writers", "curves", "failed"]
    (line,) = [line for line in lines if line.startswith("  test-still ")]
    assert line.endswith("  Leave everything as it is.")
    reason = "ModuleNotFoundError: No module named 'nowhere_to_be_found' (bad.py, line 1)"
    assert lines[-1] == f"  bad.py (--plugin): {reason}"
    assert captured.err == f"error: --plugin bad.py: {reason}\n"


def test_a_broken_plugin_is_reported_on_standard_error_next_to_the_json(
    bad_plugin: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit code is that of a broken plugin only if the user named the plugin."""
    reason = "ModuleNotFoundError: No module named 'nowhere_to_be_found' (bad.py, line 1)"
    assert main(["--plugin", bad_plugin, "plugins", "list", "--json"]) == 4
    captured = capsys.readouterr()
    assert json.loads(captured.out)["plugins"][-1]["status"] == "failed"
    assert captured.err == f"error: --plugin bad.py: {reason}\n"
    folder = tmp_path / "home" / "plugins"
    folder.mkdir(parents=True)
    Path(bad_plugin).rename(folder / "bad.py")
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    assert main(["plugins", "list", "--json"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: bad.py (")
    assert line.endswith(reason)


def test_plugins_may_be_named_before_the_command_and_after_it(
    good_plugin: str, bad_plugin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--plugin", good_plugin, "plugins", "list", "--json", "--plugin", bad_plugin]) == 4
    listed = json.loads(capsys.readouterr().out)
    assert [report["plugin"] for report in listed["plugins"]][-2:] == ["still.py", "bad.py"]
    assert {"name": "test-still", "about": "Leave everything as it is."} in listed["effects"]
    assert set(listed) == {"sources", "models", "effects", "writers", "curves", "plugins"}


def test_a_plugin_is_shown_with_its_parameters(
    good_plugin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugins", "show", "test-still", "--plugin", good_plugin]) == 0
    assert capsys.readouterr().out.startswith(
        "effect test-still\n\nLeave everything as it is.\n\nMore is said here.\n\n"
        "  amount: a number from 0 to 1 in turns a second or a curve; default 0.5\n"
        "      Nothing comes of it.\n\n"
        "  factor: a whole number; required\n"
        "      A number that must be given.\n\n"
        "  mix: a number from 0 to 1 or a curve; default 1.0\n"
    )


def test_a_plugin_is_shown_as_json(good_plugin: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "show", "test-still", "--json", "--plugin", good_plugin]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["name"]) == ("effect", "test-still")
    amount, factor = shown["parameters"]
    assert [control["name"] for control in shown["controls"]] == ["mix", "on", "mask"]
    assert amount["schema"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert (amount["curve"], amount["default"], amount["unit"]) == (True, 0.5, "turns a second")
    assert (factor["curve"], factor["default"], factor["required"]) == (False, None, True)


def test_every_packaged_plugin_can_be_shown(
    catalog: Catalog, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["plugins", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    # Discovering all plugins again for each of them takes most of the time.
    monkeypatch.setattr("artengine.catalog.load_catalog", lambda _files: catalog)
    for kind in ("sources", "models", "effects", "writers", "curves"):
        assert listed[kind]
        for plugin in listed[kind]:
            show(plugin["name"])
            assert f"{kind.removesuffix('s')} {plugin['name']}\n" in capsys.readouterr().out


def test_an_unknown_plugin_is_reported_with_the_nearest_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plugins", "show", "trials"]) == 4
    assert capsys.readouterr().err == (
        'error: no plugin "trials" (did you mean "trails"?); see artengine plugins list\n'
    )


def test_a_broken_plugin_file_that_is_named_ends_the_command(
    tmp_path: Path, bad_plugin: str, good_plugin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken.py"
    taken.write_text(EFFECT, encoding="utf-8")
    options = ["--plugin", bad_plugin, "--plugin", good_plugin, "--plugin", str(taken)]
    assert main(["presets", "show", "night-drive", *options]) == 4
    assert capsys.readouterr().err.splitlines() == [
        "error: --plugin bad.py: ModuleNotFoundError: No module named 'nowhere_to_be_found' "
        "(bad.py, line 1)",
        'error: --plugin taken.py: effect "test-still" is already provided by still.py',
    ]


def test_a_missing_plugin_file_is_a_usage_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--plugin", "nowhere.py", "plugins", "list"]) == 2
    assert capsys.readouterr().err.startswith("error: no plugin at nowhere.py")
