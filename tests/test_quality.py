"""Formatting, lint, types, the direction of imports, the length of modules, and words."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

CHECKS = {
    "lint": ["-m", "ruff", "check"],
    "format": ["-m", "ruff", "format", "--check"],
    "types": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
}


@pytest.mark.parametrize("check", CHECKS)
def test_check_passes(check: str) -> None:
    ran = subprocess.run(
        [sys.executable, *CHECKS[check]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


LONGEST_MODULE = 300
"""In lines. A longer module has more than one responsibility."""


def test_no_module_of_the_engine_is_too_long() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "engine").rglob("*.py")
    }
    assert len(lines) > 100
    assert {path: count for path, count in lines.items() if count > LONGEST_MODULE} == {}


NONSTANDARD_TERMS = {
    "furnish": "adapt",
    "chequered": "checkerboard artifacts",
    r"slopes\b": "gradients",
    "judged_by": "monitor",
    "strikingness": "saliency",
    "bendable": "has_spatial_state",
    r"\b(the|a) person\b": "the user, or you",
    "copied[ -]last[ -]frame": "copy-last",
    "products? of matrices": "matrix product",
}
"""Regular expressions of words that are not standard terms, and the terms to use instead."""


def test_texts_use_the_standard_terms() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "presets").glob("*.toml")]
    for folder in ("docs", "gallery"):
        texts += (ROOT / folder).rglob("*.md")
    for folder in ("engine", "plugins", "benchmarks", "tests"):
        texts += (ROOT / folder).rglob("*.py")
    problems = []
    for path in sorted(texts):
        if path.name in ("CHANGELOG.md", Path(__file__).name):
            continue
        text = path.read_text(encoding="utf-8")
        for word, instead in NONSTANDARD_TERMS.items():
            for match in re.finditer(word, text, re.IGNORECASE):
                line = text.count("\n", 0, match.start()) + 1
                problems.append(f"{path.relative_to(ROOT)}:{line}: {match[0]!r}; write {instead}")
    assert problems == []


def local_paths(text: str, kind: str) -> list[str]:
    """Return local paths in a text: this project's folder, the home folder, or absolute paths."""
    folders = [str(folder) for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    paths = [folder for folder in folders if re.search(rf"{re.escape(folder)}(?![\w-])", text)]
    if kind == "toml":
        paths += [path for path in strings(tomllib.loads(text)) if re.match(r"[\\/~]|\w:\\", path)]
    return paths


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from strings(inside)


def test_no_published_file_holds_a_local_path() -> None:
    """Presets, weights and pieces hold no local path of the machine that created them."""
    checked = set()
    for folder in ("presets", "gallery"):
        for kind in ("toml", "json", "md", "html"):
            for path in (ROOT / folder).rglob(f"*.{kind}"):
                assert not local_paths(path.read_text(encoding="utf-8"), kind), path
                checked.add(f"{folder}/{path.name}")
    assert {"presets/night-drive.toml", "presets/night-drive.json"} <= checked


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"made at {ROOT}/runs", "md"),
        (f'{{"path": "{ROOT}/clip.mp4"}}', "json"),
        ('[source]\npath = "/elsewhere/clip.mp4"', "toml"),
        ("[[writers]]\npath = 'C:\\film.mp4'", "toml"),
        ("[[feedback]]\nmasks = ['~/m.png']", "toml"),
    ],
)
def test_local_paths_are_detected(text: str, kind: str) -> None:
    assert local_paths(text, kind)
    assert not local_paths('path = "clips/a.mp4"', kind)
