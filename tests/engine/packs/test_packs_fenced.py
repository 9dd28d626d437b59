"""Presets of installed packs read files of their own pack, and no other files of the user."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from packing import listed, write
from PIL import Image

from artengine.catalog import Catalog, load_catalog
from artengine.digest import digest_of
from artengine.errors import PresetError
from artengine.packs.install import install
from artengine.preset import load_preset
from artengine.preset.files import remember

PRESET = """
[source]
use = "images"
path = "files/own.png"

[model]
use = "swift"
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a user with pictures and presets in many folders."""
    folder, home = tmp_path / "work", tmp_path / "config"
    monkeypatch.setenv("ARTENGINE_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    (folder / "presets").mkdir(parents=True)
    (home / "presets").mkdir(parents=True)
    monkeypatch.chdir(folder)
    picture = Image.fromarray(np.full((8, 8, 3), 200, np.uint8))
    for place in (tmp_path, folder, home):
        picture.save(place / "private.png")
    (home / "presets" / "mine.toml").write_text(PRESET, encoding="utf-8")
    (folder / "presets" / "mine.toml").write_text(PRESET, encoding="utf-8")
    install(packed(tmp_path / "other.artpack", PRESET, picture, name="other"))
    return folder


def packed(path: Path, preset: str, picture: Image.Image | None = None, name: str = "trap") -> Path:
    own = path.with_suffix(".png")
    (picture or Image.new("RGB", (8, 8))).save(own)
    entries = {"a.toml": preset.encode(), "files/own.png": own.read_bytes()}
    return write(path, entries, listed(entries, name=name))


def problems_of(preset: str, catalog: Catalog, tmp_path: Path) -> list[str]:
    """Install a pack with a preset, and return the problems of the preset."""
    install(packed(tmp_path / "trap.artpack", preset))
    try:
        load_preset("trap/a", catalog)
    except PresetError as error:
        return error.problems
    finally:
        shutil.rmtree(tmp_path / "config" / "packs" / "trap")
    return []


def test_a_pack_reads_its_own_files(user: Path, catalog: Catalog) -> None:
    preset = load_preset("other/a", catalog)
    (path,) = preset.files.values()
    assert Path(path).parts[-5:] == ("packs", "other", "1", "files", "own.png")
    # Paths that the user passes may lie anywhere.
    changed = load_preset("other/a", catalog, ["source.path=../private.png"])
    assert Path(changed.files["source.path"]).resolve() == user.parent / "private.png"


def test_a_pack_cannot_read_files_of_its_user(user: Path, catalog: Catalog, tmp_path: Path) -> None:
    remember([str(tmp_path / "private.png")])
    outside = (
        "../../other/1/files/own.png",
        "../../../private.png",
        f"{tmp_path}/config/private.png",
        f"{user}/private.png",
        f"{tmp_path}/private.png",
        "~/private.png",
        "files/../../../other/1/files/*.png",
        "/etc/passwd",
    )
    for path in outside:
        (message,) = problems_of(PRESET.replace("files/own.png", path), catalog, tmp_path)
        assert "which is outside of its pack; if you trust it, pass it yourself with" in message, (
            path
        )
    other = "../../other/1/files/own.png"
    tables = (
        f'[[output]]\nuse = "blend"\npath = "{other}"',
        f'[[output]]\nuse = "invert"\nmask = "file(\'{other}\')"',
        f'[audio.kick]\npath = "{other}"',
        f'[curves.a]\ncsv = "{other}"\ncolumn = "a"',
    )
    for table in tables:
        problems = problems_of(f"{PRESET}\n{table}", catalog, tmp_path)
        assert any("which is outside of its pack" in message for message in problems), (
            table,
            problems,
        )
    (message,) = problems_of(f'{PRESET}weights = "{other}"', catalog, tmp_path)
    assert "which is outside of its pack" in message


def test_a_pack_extends_its_own_presets_and_packaged_ones(
    user: Path, catalog: Catalog, tmp_path: Path
) -> None:
    for base in ("../../other/1/a.toml", "../../../presets/mine.toml", "mine"):
        (message,) = problems_of(f'extends = "{base}"', catalog, tmp_path)
        assert "outside of its pack" in message, message
    assert problems_of('extends = "night-drive"', catalog, tmp_path) == []
    # A user's preset of that name does not replace the packaged one.
    (user / "presets" / "night-drive.toml").write_text("[", encoding="utf-8")
    assert problems_of('extends = "night-drive"', catalog, tmp_path) == []


def test_a_file_whose_digest_a_pack_contains_may_lie_anywhere(
    user: Path, catalog: Catalog, tmp_path: Path
) -> None:
    private = tmp_path / "private.png"
    remember([str(private)])
    text = PRESET.replace("files/own.png", "private.png")
    known = f'{text}\n[made_with]\nengine = "0.2.0"\nfiles = {{"private.png" = "%s"}}'
    assert problems_of(known % digest_of(private), catalog, tmp_path) == []
    (message,) = problems_of(known % f"sha256:{'0' * 64}", catalog, tmp_path)
    assert "which is outside of its pack" in message
