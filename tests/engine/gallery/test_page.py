"""The gallery page, without a browser."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from artengine.errors import GalleryError
from artengine.gallery.page import build, dream_command
from artengine.gallery.piece import Piece
from artengine.gallery.private import without_folders

MakePiece = Callable[..., Piece]

HOSTILE_NAME = """a b"<img src=x>&#?%2e'`|"""
HOSTILE = """\
title = '''<img src=x onerror="window.hacked=1">'''
about = '''"> </b></td></table>

# [x](javascript:window.hacked=1) <script>window.hacked=1</script>'''
seed = 1
# </code></pre></template></script><script>window.hacked=1</script>
# {{ 7 * 7 }} {% raw %} <!-- -->

[model]
use = "<svg onload=window.hacked=1>"
"""


class Tags(HTMLParser):
    """Collect every tag with its attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def addresses(self) -> set[str]:
        keys = ("href", "src", "poster")
        return {attrs[key] or "" for _, attrs in self.found for key in keys if key in attrs}


@pytest.fixture
def gallery(tmp_path: Path, make_piece: MakePiece) -> Path:
    folder = tmp_path / "night-songs"
    make_piece(folder / "night-drive")
    make_piece(folder / HOSTILE_NAME, HOSTILE)
    return folder


def test_all_files_are_written_and_named_after_the_folder(gallery: Path) -> None:
    built = build(gallery)
    names = ["index.html", "README.md", "overview.jpg"]
    assert built.files == [gallery / name for name in names]
    assert len(built.pieces) == 2
    assert "<h1>Night songs</h1>" in (gallery / "index.html").read_text("utf-8")
    assert (gallery / "README.md").read_text("utf-8").startswith("# Night songs\n")
    assert {path.name for path in gallery.iterdir() if path.is_file()} == set(names)


def test_building_again_changes_nothing(gallery: Path) -> None:
    first = [path.read_bytes() for path in build(gallery).files]
    assert [path.read_bytes() for path in build(gallery).files] == first


def test_every_link_is_relative_and_leads_to_a_file(gallery: Path) -> None:
    page, readme = (path.read_text("utf-8") for path in build(gallery).files[:2])
    for html in (page, MarkdownIt().render(readme)):
        addresses = {a for a in Tags(html).addresses() if not a.startswith("data:")}
        assert len(addresses) >= 4
        for address in addresses:
            assert "//" not in address
            assert (gallery / unquote(address)).is_file(), address


def test_the_page_loads_nothing_from_elsewhere(gallery: Path) -> None:
    page = build(gallery).files[0].read_text("utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert not [tag for tag, attrs in Tags(page).found if tag == "script" and "src" in attrs]


@pytest.mark.parametrize("which", [0, 1])
def test_a_hostile_recipe_adds_no_tag(gallery: Path, make_piece: MakePiece, which: int) -> None:
    make_piece(gallery / "plain", HOSTILE.replace("<", "").replace("window", "w"))
    text = (
        build(gallery, title="<script>window.hacked=1</script> [x](y)")
        .files[which]
        .read_text("utf-8")
    )
    tags = Tags(text if which == 0 else MarkdownIt().render(text)).found
    assert len([tag for tag, _ in tags if tag == "script"]) == 1 - which
    assert not [tag for tag, _ in tags if tag == "svg"]
    # Only posters, and an equal number of tags for each piece.
    assert {(attrs["src"] or "").rpartition("/")[2] for tag, attrs in tags if tag == "img"} == {
        "poster.jpg"
    }
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on")]
    assert not [attrs for _, attrs in tags if (attrs.get("href") or "").startswith("javascript")]
    assert len([tag for tag, _ in tags if tag in ("li", "td")]) == 3


def test_the_readme_escapes_titles(gallery: Path) -> None:
    title = "*Night* <b>_songs_</b> #1 [x](y) `z` \\ & | a:b"
    readme = build(gallery, title=title).files[1].read_text("utf-8")
    heading = MarkdownIt().parseInline(readme.splitlines()[0].removeprefix("# "))[0]
    assert {token.type for token in heading.children or ()} <= {"text", "text_special"}
    assert "".join(token.content for token in heading.children or ()) == title
    assert "<code>artengine dream night-drive/recipe.toml</code>" in readme


def test_a_command_is_quoted_for_the_shell(tmp_path: Path, make_piece: MakePiece) -> None:
    assert dream_command(make_piece(tmp_path / "it's new")) == (
        """artengine dream 'it'"'"'s new/recipe.toml'"""
    )
    assert dream_command(make_piece(tmp_path / "-x")) == "artengine dream ./-x/recipe.toml"


def test_broken_pieces_are_left_out_and_named(gallery: Path, make_piece: MakePiece) -> None:
    make_piece(gallery / "cut-short")
    (gallery / "cut-short" / "poster.jpg").unlink()
    built = build(gallery)
    assert [str(error).split(";")[0] for error in built.broken] == [
        f"{gallery / 'cut-short'}: poster.jpg missing"
    ]
    assert "cut-short" not in built.files[0].read_text("utf-8")


def test_a_gallery_without_pieces_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="no complete piece; render some with `artengine batch`"):
        build(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_page_that_cannot_be_written_is_an_error(gallery: Path) -> None:
    (gallery / "index.html").mkdir()
    with pytest.raises(GalleryError, match=r"index\.html: cannot be written \(Is a directory\)"):
        build(gallery)
    assert not list(gallery.glob(".*.part"))


def test_the_page_contains_no_local_paths(tmp_path: Path, make_piece: MakePiece) -> None:
    recipe = """title = "a / b"
[source]
path = "/home/someone/clips/beach day.mp4"
other = 'C:\\Users\\someone\\beach.mp4'
rate = "1/2"
[model]
weights = "~/runs/mine"
"""
    make_piece(tmp_path / "gallery" / "a", recipe)
    for file in build(tmp_path / "gallery").files[:2]:
        text = file.read_text("utf-8")
        assert "someone" not in text
        assert "runs/mine" not in text
        assert str(tmp_path) not in text
    page = (tmp_path / "gallery" / "index.html").read_text("utf-8")
    for kept in ("beach day.mp4", "a / b", "1/2", "beach.mp4"):
        assert kept in page


@pytest.mark.parametrize(
    ("override", "kept"),
    [
        ("source.path=/home/someone/a.mp4", "source.path=a.mp4"),
        ("dream.frames=100", "dream.frames=100"),
        ("source.path=clips/a.mp4", "source.path=clips/a.mp4"),
        ("model.weights=\\\\nas\\someone\\w", "model.weights=w"),
        ('paths = ["/home/x/1.png", "/home/x/2.png"]', 'paths = ["1.png", "2.png"]'),
        ("/home/x/night.toml", "night.toml"),
    ],
)
def test_local_paths_are_removed_from_overrides(override: str, kept: str) -> None:
    assert without_folders(override) == kept
