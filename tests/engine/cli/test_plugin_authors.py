"""`artengine plugins new` and `check`, and a package that is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from artengine.catalog import load_catalog
from artengine.cli import main
from artengine.preset import load_preset

KINDS = ("effect", "source", "writer", "curve")

WRONG = '''
import numpy as np
from typing import ClassVar
from artengine.api import Effect, Param, hookimpl

class Wrong(Effect):
    """Write to what it is given."""
    name: ClassVar[str] = "wrong"
    amount: float = Param(0.5, ge=0, le=1)
    """How much of it, from 0 to 1."""
    def apply(self, frame, now):
        return np.add(frame, self.amount * now.truth.mean(), out=frame)

@hookimpl
def register_effects():
    return [Wrong]
'''


DREAM = """
from artengine import Dream, load_preset
from artengine.testing import SmallNetwork
preset = load_preset(sys.argv[1], "dream.size=[64, 48]", "dream.frames=2")
with Dream(preset, predict=SmallNetwork()) as dream:
    (_, picture) = dream
    made_by = next(name for kind, name in dream.resolved.plugins.items() if "my-effect" in name)
print(picture.shape, made_by)
"""
"""A program that dreams a preset of an installed plugin, and says who provides the plugin."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of each kind that needs no network."""
    folder = tmp_path_factory.mktemp("packages")
    for kind in KINDS:
        assert main(["plugins", "new", str(folder / f"my-{kind}"), "--kind", kind]) == 0
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_keeps_its_promises_and_its_preset_loads(
    kind: str, packages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = packages / f"my-{kind}"
    assert (package / f"my-{kind}.png").stat().st_size > 500
    assert main(["plugins", "check", str(package), "-o", str(tmp_path), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["name"], set(told["checks"].values())) == (kind, f"my-{kind}", {""})
    made = [Path(file).suffix for file in told["files"]]
    assert made == [".png", ".mp4"] if kind in ("effect", "source") else [".png"]
    catalog = load_catalog([package / "src" / f"my_{kind}"])
    assert load_preset(package / "presets" / f"my-{kind}.toml", catalog).title == f"my-{kind}"
    assert "@" not in (package / "README.md").read_text("utf-8")


def installed(target: Path, *words: str) -> str:
    """What a command prints where a folder of installed distributions is seen, too."""
    code = f"import sys; sys.path.insert(0, {str(target)!r}); sys.argv[0] = 'artengine'\n"
    return python(f"{code}from artengine.cli import main; sys.exit(main())", *words)


def python(code: str, *words: str, cwd: Path | None = None) -> str:
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(target: Path, packages: Sequence[Path]) -> None:
    words = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    command = [sys.executable, "-m", "pip", "install", *words, *map(str, packages)]
    subprocess.run(command, check=True, capture_output=True, text=True)


def test_packages_are_installed_listed_and_pass_their_tests(packages: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    pip(site, [packages / "my-effect", packages / "my-curve"])
    listed = json.loads(installed(site, "plugins", "list", "--json"))
    assert {report["plugin"] for report in listed["plugins"]} >= {"my_effect", "my_curve"}
    assert {each["name"] for each in listed["effects"]} >= {"my-effect", "trails"}
    tests = [str(packages / f"my-{kind}" / "tests") for kind in ("effect", "curve")]
    code = f"import sys, pytest; sys.path.insert(0, {str(site)!r}); sys.exit(pytest.main("
    plugin = ["-p", "artengine.pytest_plugin", "-q", "-p", "no:cacheprovider"]
    said = python(f"{code}{[*plugin, *tests]!r}))", cwd=packages)
    assert "17 passed" in said
    preset = packages / "my-effect" / "presets" / "my-effect.toml"
    dreamt = python(f"import sys; sys.path.insert(0, {str(site)!r})\n{DREAM}", str(preset))
    assert dreamt == "(48, 64, 3) my-effect 0.1.0\n"


def test_what_a_plugin_does_not_keep_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(WRONG, encoding="utf-8")
    assert main(["plugins", "check", str(file), "-o", str(tmp_path / "made")]) == 4
    told = capsys.readouterr()
    assert "  ok     is-documented\n" in told.out
    assert "  FAILS  leaves-what-it-is-given\n" in told.out
    (said,) = [line for line in told.err.splitlines() if "leaves-what-it-is-given" in line]
    assert said == (
        "error: effect wrong, leaves-what-it-is-given: apply writes to the frame that it is given; "
        "copy it"
    )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "My_Effect"], '"My_Effect" is no name for a plugin'),
        (["new", "class"], '"class" is no name for a plugin'),
        (["check", "trials"], 'no plugin "trials" (did you mean "trails"?)'),
        (["check", "nowhere.py"], "no plugin at nowhere.py"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", *words]) > 0
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
