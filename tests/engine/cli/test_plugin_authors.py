"""`artengine plugins new` and `check`, and a package that is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest

from artengine.authoring.package import make_package
from artengine.catalog import Kind, load_catalog
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
    def reset(self):
        assert self.amount > 1

@hookimpl
def register_effects():
    return [Wrong]
'''


DREAM = """
import sys
from artengine import Dream, load_preset
from artengine.testing import SmallNetwork
for path in sys.argv[1:]:
    preset = load_preset(path, "dream.size=[64, 48]", "dream.frames=3")
    with Dream(preset, predict=SmallNetwork()) as dream:
        pictures = list(dream)
    made_by = sorted(set(dream.resolved.plugins.values()))
    print(*pictures[-1].shape, *made_by, *dream.resolved.plugins)
"""
"""A program that dreams presets and prints which packages provide the plugins of each."""

DESCRIBED = """
from artengine.plugin_manifest import plugin_entries, read_manifests
print(*read_manifests(plugin_entries()))
"""
"""A program that prints the packages whose manifests are read."""

DISTRIBUTION = Path(__file__).parents[2] / "distribution"
"""A distribution of several plugins, with a preset that uses them together."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of each kind of plugin that needs no network."""
    folder = tmp_path_factory.mktemp("packages")
    for kind in KINDS:
        assert main(["plugins", "new", str(folder / f"my-{kind}"), "--kind", kind]) == 0
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_passes_its_checks_and_its_preset_loads(
    kind: str, packages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = packages / f"my-{kind}"
    assert (package / f"my-{kind}.png").stat().st_size > 500
    assert main(["plugins", "check", str(package), "-o", str(tmp_path), "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["kind"], report["name"], set(report["checks"].values())) == (
        kind,
        f"my-{kind}",
        {""},
    )
    result = [Path(file).suffix for file in report["files"]]
    assert result == [".png", ".mp4"] if kind in ("effect", "source") else [".png"]
    catalog = load_catalog([package / "src" / f"my_{kind}"])
    assert load_preset(package / "presets" / f"my-{kind}.toml", catalog).title == f"my-{kind}"
    assert "@" not in (package / "README.md").read_text("utf-8")


PIP = "import runpy; runpy.run_module('pip', run_name='__main__')"
"""The code that `python -m pip` runs."""


class Environment:
    """A separate Python environment that reads the tests' packages but does not write to them."""

    def __init__(self, folder: Path) -> None:
        venv.EnvBuilder(symlinks=sys.platform != "win32").create(folder)
        windows = sys.platform == "win32"
        self._python = folder / ("Scripts/python.exe" if windows else "bin/python")
        site = self.run("import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        seen = [path for path in sys.path if Path(path).is_dir()]
        (Path(site) / "seen.pth").write_text("\n".join(seen), encoding="utf-8")

    def run(self, code: str, *args: str, cwd: Path | None = None) -> str:
        """Run a program and return its output."""
        command = [str(self._python), "-c", code, *args]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def artengine(self, *args: str) -> str:
        """Run a command of `artengine` and return its output."""
        return self.run("import sys; from artengine.cli import main; sys.exit(main())", *args)

    def install(self, packages: Sequence[Path]) -> None:
        """Install packages as a user does, but without their dependencies."""
        args = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        self.run(PIP, "install", *args, *map(str, packages))


def test_distributions_are_installed_listed_and_pass_their_tests(
    packages: Path, tmp_path: Path
) -> None:
    # A build writes next to its sources.
    marsh = shutil.copytree(DISTRIBUTION, tmp_path / "salt-marsh")
    environment = Environment(tmp_path / "environment")
    environment.install([packages / "my-effect", marsh])
    listed = json.loads(environment.artengine("plugins", "list", "--json"))
    modules = {report["plugin"] for report in listed["plugins"] if report["status"] == "ok"}
    assert modules >= {"my_effect", "salt_marsh"}
    names = {each["name"] for kind in ("effects", "sources", "curves") for each in listed[kind]}
    assert names >= {"my-effect", "trails", "salt", "marsh", "tide"}
    assert "my_effect" in environment.run(DESCRIBED).split()
    args = ["-p", "artengine.pytest_plugin", "-q", "-p", "no:cacheprovider", "my-effect/tests"]
    code = f"import sys, pytest; sys.exit(pytest.main({args!r}))"
    assert "13 passed" in environment.run(code, cwd=packages)
    presets = [packages / "my-effect" / "presets" / "my-effect.toml", marsh / "marsh.toml"]
    assert environment.run(DREAM, *map(str, presets)).splitlines() == [
        "48 64 3 my-effect 0.1.0 my-effect",
        "48 64 3 salt-marsh 1.2.3 marsh salt tide",
    ]


@pytest.mark.parametrize("kind", ["effect", "model"])
def test_a_package_documents_how_its_preset_is_packed(kind: Kind, tmp_path: Path) -> None:
    make_package(tmp_path / "tidal", kind, with_pack=True)
    readme = (tmp_path / "tidal" / "README.md").read_text("utf-8").splitlines()
    steps = (tmp_path / "tidal" / ".github/workflows/test.yml").read_text("utf-8").splitlines()
    commands = ["artengine pack presets/tidal.toml -o tidal.artpack"]
    if kind == "model":
        commands.insert(0, "artengine train presets/tidal.toml --minutes 2")
    assert [line.strip() for line in readme if line.strip() in commands] == commands
    runs = [line.removeprefix("      - run: ") for line in steps if line.startswith("      - run:")]
    assert runs[-len(commands) :] == commands
    assert steps[-1].strip() == "tidal.artpack"
    make_package(tmp_path / "dry", kind)
    assert "artpack" not in (tmp_path / "dry" / ".github/workflows/test.yml").read_text("utf-8")


def test_failed_checks_of_a_plugin_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(WRONG, encoding="utf-8")
    assert main(["plugins", "check", str(file), "-o", str(tmp_path / "made")]) == 4
    captured = capsys.readouterr()
    assert "  ok     is-documented\n" in captured.out
    assert "  FAILS  leaves-what-it-is-given\n" in captured.out
    assert "  FAILS  goes-on-where-it-was\n" in captured.out
    (message,) = [line for line in captured.err.splitlines() if "leaves-what-it-is-given" in line]
    assert message == (
        "error: effect wrong, leaves-what-it-is-given: apply writes to the frame that it is given; "
        "copy it"
    )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["new", "My_Effect"], '"My_Effect" is no name for a plugin'),
        (["new", "class"], '"class" is no name for a plugin'),
        (["new", "json"], 'there is a Python module "json" already'),
        (["new", "trails"], '"trails" is the name of another effect; choose another'),
        (["check", "trials"], 'no plugin "trials" (did you mean "trails"?)'),
        (["check", "nowhere.py"], "no plugin at nowhere.py"),
        (["manifest", "nowhere"], 'no installed package "nowhere" has plugins'),
    ],
)
def test_mistakes_are_one_line(
    args: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", *args]) > 0
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
