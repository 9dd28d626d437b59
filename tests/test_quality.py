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
def test_passes(check: str) -> None:
    ran = subprocess.run(
        [sys.executable, *CHECKS[check]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


LONGEST_MODULE = 300
"""Lines. A longer module has more than one idea."""


def test_no_module_of_the_engine_is_too_long() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "engine").rglob("*.py")
    }
    assert len(lines) > 100
    assert {path: count for path, count in lines.items() if count > LONGEST_MODULE} == {}


PRIVATE_WORDS = {
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
"""Words that the field does not use, and what it says instead."""


def test_the_words_are_those_of_the_field() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "presets").glob("*.toml")]
    for folder in ("docs", "gallery"):
        texts += (ROOT / folder).rglob("*.md")
    for folder in ("engine", "plugins", "benchmarks", "tests"):
        texts += (ROOT / folder).rglob("*.py")
    found = []
    for path in sorted(texts):
        if path.name in ("CHANGELOG.md", Path(__file__).name):
            continue
        text = path.read_text(encoding="utf-8")
        for word, instead in PRIVATE_WORDS.items():
            for match in re.finditer(word, text, re.IGNORECASE):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(ROOT)}:{line}: {match[0]!r}; write {instead}")
    assert found == []


def strangers_paths(text: str, kind: str) -> list[str]:
    """What a text holds of the machine it was made at: its folders, or any path from a root on."""
    folders = [str(folder) for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    found = [folder for folder in folders if re.search(rf"{re.escape(folder)}(?![\w-])", text)]
    if kind == "toml":
        found += [path for path in strings(tomllib.loads(text)) if re.match(r"[\\/~]|\w:\\", path)]
    return found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from strings(inside)


def test_nothing_names_the_place_it_was_made_at() -> None:
    """Presets, weights and pieces hold no path of the machine that made them."""
    checked = set()
    for folder in ("presets", "gallery"):
        for kind in ("toml", "json", "md", "html"):
            for path in (ROOT / folder).rglob(f"*.{kind}"):
                assert not strangers_paths(path.read_text(encoding="utf-8"), kind), path
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
def test_a_path_would_be_found(text: str, kind: str) -> None:
    assert strangers_paths(text, kind)
    assert not strangers_paths('path = "clips/a.mp4"', kind)
