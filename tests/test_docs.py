"""What the documentation shows, works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from artengine.catalog import Catalog, load_catalog
from artengine.hookspecs import hookspec
from artengine.preset import load_preset

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md")


def blocks(language: str) -> list[tuple[str, str]]:
    """Fenced blocks of a language, with a name for each."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)):
            found.append((f"{page}-{number}", block))
    return found


def commands() -> list[str]:
    """Every `artengine ...` line that the pages show, without its comment."""
    found = set()
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        found |= set(re.findall(r"^ *(artengine .*?)(?:  +#.*)?$", text, re.MULTILINE))
        found |= set(re.findall(r"`(artengine [^`\n]*)`", text))
    return sorted(found)


@pytest.mark.parametrize(
    "block", [b for _, b in blocks("toml")], ids=[name for name, _ in blocks("toml")]
)
def test_presets_are_valid(block: str, catalog: Catalog, tmp_path: Path) -> None:
    if "[project.entry-points" in block:
        pytest.skip("not a preset")
    (tmp_path / "rings.toml").write_text(block, encoding="utf-8")
    preset = load_preset(tmp_path / "rings.toml", catalog)
    assert preset.title == "Rings"
    assert len(preset.feedback) == 3


@pytest.mark.parametrize(
    "block",
    [b for _, b in blocks("python") if "register_" in b],
    ids=[name for name, b in blocks("python") if "register_" in b],
)
def test_plugins_load(block: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(block, encoding="utf-8")
    report = load_catalog([tmp_path / "mine.py"]).reports[-1]
    assert report.status == "ok", report.reason
    assert len(report.provides) == 1


@pytest.mark.parametrize("command", commands())
def test_commands_exist(command: str) -> None:
    """Each command's words and options are known to the program."""
    words = shlex.split(command.replace("...", "X"))[1:]
    known = ("list", "show", "validate", "schema", "build")
    depth = 2 if len(words) > 1 and words[1] in known else 1
    while words and words[0] == "--plugin":
        words = words[2:]
    path = [w for w in words[:depth] if not w.startswith("-")]
    shown = subprocess.run(
        [sys.executable, "-m", "artengine", *path, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    for option in (w for w in words if w.startswith("-")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}\b", shown.stdout), f"{path}: {option}"


def test_every_hook_is_documented() -> None:
    from artengine import hookspecs

    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    marker = f"{hookspec.project_name}_spec"
    names = [name for name, value in vars(hookspecs).items() if hasattr(value, marker)]
    assert len(names) == 12
    for name in names:
        assert f"`{name}(" in text, name


def test_the_notebook_runs(tmp_path: Path) -> None:
    text = (ROOT / "examples" / "dream.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    NotebookClient(
        notebook,
        timeout=240,
        # On a busy machine outputs come late, and after four seconds they would be left out.
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    shown = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    kinds = {kind for out in shown for kind in out.get("data", {})}
    assert "image/png" in kinds
    assert any("<video" in str(out.get("data", {}).get("text/html", "")) for out in shown)
