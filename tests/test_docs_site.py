"""Links, looks and messages in the pages of the documentation, and the build of the site."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from artengine.catalog import Catalog
from artengine.preset import load_preset

ROOT = Path(__file__).parent.parent
LINKED = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")),
    *(ROOT / "gallery" / name for name in ("README.md", "life.md", "models/README.md")),
]
LOOKS = sorted((ROOT / "docs" / "looks").glob("*.toml"))


@cache
def text_of(page: Path) -> str:
    """Return the text of a page without its code blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


@cache
def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site generate them."""
    last_numbers: dict[str, int] = {}
    for heading in re.findall(r"^#{1,4} (.+)$", text_of(page), re.MULTILINE):
        plain = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        number = last_numbers.get(slug, -1) + 1
        last_numbers[slug] = number
        last_numbers[f"{slug}-{number}" if number else slug] = number
    return set(last_numbers)


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_link_targets_exist(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", text_of(page))
    for target in (unquote(a or b) for a, b in targets):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


def test_the_index_lists_every_page() -> None:
    index = text_of(ROOT / "docs/index.md")
    listed = re.findall(r"^- \[.*?\]\(([^)]+)\)", index, re.MULTILINE)
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert sorted(pages) == sorted(name for name in listed if not name.startswith(".."))


def test_every_look_is_a_preset_with_a_picture(catalog: Catalog) -> None:
    page = (ROOT / "docs" / "looks.md").read_text(encoding="utf-8")
    looks = page.split("\n## ")[1:-1]
    assert len(looks) == 7
    own = set()
    for look in looks:
        name = re.findall(r"`artengine dream (\S+?)[ `]", look)[0]
        path = ROOT / name if "/" in name else ROOT / "presets" / f"{name}.toml"
        assert load_preset(path, catalog).title
        assert re.findall(rf"\]\((?:looks/|../gallery/){path.stem}[./]", look), name
        own |= {path} & set(LOOKS)
    assert own == set(LOOKS)


def code_with_joined_strings() -> str:
    """Return all code, with implicitly concatenated strings joined."""
    folders = (ROOT / "engine", ROOT / "plugins")
    code = [path.read_text(encoding="utf-8") for each in folders for path in each.rglob("*.py")]
    return re.sub(r"[\"']\s*\n\s*f?[\"']", "", "\n".join(code))


def test_messages_of_the_troubleshooting_page_are_in_the_code() -> None:
    page = text_of(ROOT / "docs/troubleshooting.md")
    messages = re.findall(r"^\| `(.+?)` \|", page, re.MULTILINE)
    assert len(messages) > 25
    code = code_with_joined_strings()
    for message in messages:
        for part in (part.strip() for part in message.split("…")):
            assert part in code, part


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("sphinx", "furo", "myst_parser")),
    reason='Sphinx is not installed; it comes with pip install -e ".[test]"',
)
def test_the_site_is_built_without_warnings_and_can_be_searched(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs", ".", site]
    build = subprocess.run(
        [*map(str, command), "-d", str(tmp_path / "trees")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (build.returncode, build.stderr) == (0, "")
    first = (site / "docs" / "index.html").read_text(encoding="utf-8")
    assert "night-drive.webp" in first
    # The index is a script, which pages can load from disk as well as from a server.
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").rstrip(");\n"))["terms"]
    assert "kaleidoscop" in terms
