"""`artengine recipe`: prints recipes as presets, and removes them from films."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.cli import main
from artengine.cli.clip import is_clip
from artengine.digest import digest_of
from artengine.ffmpeg import metadata
from artengine.preset import load_preset
from artengine.sidecar import sidecar, write_sidecar
from artengine.writer import Film
from artengine_plugins.writers.jpg import Jpg
from artengine_plugins.writers.mp4 import Mp4
from artengine_plugins.writers.png import Png

RECIPE = """\
# a road
title = "Night"
about = "a road"
seed = 0

[source]
use = "synthetic"
scene = "night-road"
seed = 0

[model]
use = "recall"
weights = "night-drive"

[dream]
frames = 2

[made_with]
engine = "0.2.0"
plugins = { my-glow = "my_effects 1.2" }
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def film(path: str, recipe: str = RECIPE) -> Path:
    kind = {".mp4": Mp4, ".png": Png, ".jpg": Jpg}[Path(path).suffix]
    sink = kind().open(Path(path).absolute(), Film((16, 16), 24.0, 2, recipe, "Night"))
    for _ in range(2):
        sink.write(np.full((16, 16, 3), 90, np.uint8))
    sink.close()
    return Path(path)


def test_a_recipe_is_printed_as_a_preset_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    film("a.mp4")
    film("frames.png")
    shutil.copytree("frames", "piece")
    Path("piece/recipe.toml").write_text(RECIPE, encoding="utf-8")
    for path in ("a.mp4", "frames", "frames/00001.png", "piece"):
        assert main(["recipe", path]) == 0
        assert capsys.readouterr().out == RECIPE
    assert main(["recipe", "show", "a.mp4", "-o", "mine.toml"]) == 0
    assert main(["presets", "validate", "mine.toml"]) == 0
    assert main(["recipe", "--json", "a.mp4"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2].partition("ok\n")[2]) == (
        tomllib.loads(RECIPE)
    )


def test_the_recipe_of_an_earlier_version_is_migrated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = RECIPE.partition("[made_with]")[0].replace("frames = 2", "frames = 2\nhistory = 1")
    film("a.mp4", old)
    assert main(["recipe", "a.mp4"]) == 0
    captured = capsys.readouterr()
    assert "a.mp4: dream.history is now dream.truth_frames" in captured.err
    printed = tomllib.loads(captured.out)
    # That version computed every film with Keras.
    assert printed["dream"] == {"frames": 2, "truth_frames": 1, "runtime": "keras"}
    assert printed["model"]["elsewhere"] == 0.0


def test_frames_and_films_with_a_recipe_are_no_clips(catalog: Catalog) -> None:
    film("night-drive.png")
    film("plain.png", "")
    write_sidecar(film("a.mp4", ""), RECIPE)
    film("b.mp4", "")
    paths = ["night-drive", "night-drive/", "plain", "a.mp4", "b.mp4"]
    assert [is_clip(each, catalog) for each in paths] == [False, False, True, False, True]
    for each, name in (("night-drive/", "night-drive"), ("night-drive/00001.png", "00001")):
        loaded = load_preset(each, catalog)
        assert (loaded.name, loaded.title) == (name, "Night")
    # A preset's name refers to the preset, even if the working folder has a file of that name.
    assert load_preset("night-drive", catalog).title == "Night drive"
    assert load_preset("a.mp4", catalog).title == "Night"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nope.mp4"], "there is no film, picture or run at nope.mp4"),
        (
            ["plain.mp4"],
            "plain.mp4 carries no recipe; give a film, picture or run that carries one",
        ),
        (["empty"], 'the folder "empty" holds no recipe.toml'),
        (["a.mp4", "-o", "a.txt"], "a.txt: a preset's name ends in .toml"),
        (["a.mp4", "-o", "there.toml"], "there.toml is there already and is kept"),
        (["strip", "nope.mp4"], "there is no file nope.mp4"),
        (["strip", "plain.mp4"], "plain.mp4 carries no recipe; there is nothing to take out"),
        (["strip", "empty"], "empty is no folder of frames"),
        (["strip", "a.mp4", "-o", "b.png"], "b.png: end the name as that of a.mp4"),
        (["strip", "a.mp4", "-o", "plain.mp4"], "plain.mp4 is there already and is kept"),
        (["strip", "frames", "-o", "f"], "frames is a folder, which is changed in its place"),
        (["strip", "long/00000.jpg"], "its folder holds the recipe as well; name long instead"),
    ],
)
def test_mistakes_are_one_line(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    film("a.mp4")
    film("plain.mp4", "")
    film("frames.png")
    film("long.jpg", RECIPE + "#" * 70_000)
    Path("empty").mkdir()
    Path("there.toml").touch()
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert main(["recipe", *args]) in (2, 6)
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert message in captured.err
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_a_recipe_is_removed_from_a_film(capsys: pytest.CaptureFixture[str]) -> None:
    film("a.mp4")
    assert main(["recipe", "strip", "a.mp4", "-o", "b.mp4"]) == 0
    assert metadata(Path("a.mp4"))["comment"] == RECIPE
    assert main(["recipe", "strip", "a.mp4"]) == 0
    assert capsys.readouterr().out == "b.mp4\na.mp4\n"
    for name in ("a.mp4", "b.mp4"):
        assert not {"comment", "title"} & metadata(Path(name)).keys()
    assert sorted(entry.name for entry in Path().iterdir()) == ["a.mp4", "b.mp4"]


def test_a_sidecar_recipe_is_removed_too() -> None:
    write_sidecar(film("a.mp4", ""), RECIPE)
    digest = digest_of(Path("a.mp4"))
    assert main(["recipe", "strip", "a.mp4", "-o", "b.mp4"]) == 0
    assert sidecar(Path("a.mp4")).exists()
    assert main(["recipe", "strip", "a.mp4"]) == 0
    assert digest_of(Path("b.mp4")) == digest_of(Path("a.mp4")) == digest
    assert sorted(entry.name for entry in Path().iterdir()) == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(("name", "more"), [("f.png", ""), ("f.jpg", ""), ("f.jpg", "#" * 70_000)])
def test_a_recipe_is_removed_from_a_folder_of_frames(name: str, more: str) -> None:
    film(name, RECIPE + more)
    assert main(["recipe", "strip", "f"]) == 0
    assert not Path("f/recipe.toml").exists()
    suffix = Path(name).suffix
    assert [entry.name for entry in sorted(Path("f").glob("[!.]*"))] == [
        f"00000{suffix}",
        f"00001{suffix}",
    ]
    assert Png.read_recipe(Path(f"f/00000{suffix}")) == ""
    assert main(["recipe", "strip", "f"]) == 2
