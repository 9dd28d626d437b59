"""Formatting, lint, types and the direction of imports."""

import subprocess
import sys
from pathlib import Path

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


def test_nothing_names_the_place_it_was_made_at() -> None:
    """Presets, weights and pieces hold no path of the machine that made them."""
    for folder in ("presets", "gallery"):
        for kind in ("toml", "json", "md", "html"):
            for path in (ROOT / folder).rglob(f"*.{kind}"):
                assert "/work/" not in path.read_text(encoding="utf-8"), path
