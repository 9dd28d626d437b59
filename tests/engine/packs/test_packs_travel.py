"""Packs: made from presets, installed by another user, and rendered to the same film."""

from __future__ import annotations

import json
import shutil
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.catalog import Catalog, load_catalog
from artengine.cli import main
from artengine.dream.session import Dream
from artengine.errors import UsageError
from artengine.frame import Picture
from artengine.packs.archive import read_manifest
from artengine.packs.install import install, installed_from
from artengine.packs.installed import find_pack, installed_packs, remove_pack
from artengine.packs.make import Made, make
from artengine.preset import list_presets, load_preset

CLIP = """
extends = "tiny"
about = "bikes in other colours, to a click"
seed = 3

[source]
use = "video"
path = "private/holiday.mp4"

[dream]
frames = 5
start = 1.0

[audio.click]
path = "click.wav"

[feedback.noise]
amount = "0.05 + 0.2 * kick"

[[output]]
use = "lut"
path = "look.cube"
"""

MIXED = """
extends = "tiny"

[model]
weights = { blend = ["runs/a", "runs/a@100", "runs/b"], at = "progress" }

[dream]
frames = 4

[[bend]]
layer = "conv2d"
operation = "scale"
amount = 2
mask = "file('one.png')"

[[output]]
use = "invert"
mask = "x < 0.5 and file('two.png') > 0.5"
"""

CUBE = "LUT_3D_SIZE 2\n" + "".join(
    f"{1 - r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1)
)


@pytest.fixture
def catalog(tiny_model: Path) -> Catalog:
    return load_catalog([tiny_model])


@pytest.fixture
def studio(
    tmp_path: Path, tiny_project: Path, bikes: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The working folder and the home folder of the user who makes a pack."""
    folder = tmp_path / "anna" / "studio"
    shutil.copytree(tiny_project, folder)
    (folder / "private").mkdir()
    shutil.copy(bikes, folder / "private" / "holiday.mp4")
    (folder / "mine.toml").write_text(CLIP, encoding="utf-8")
    (folder / "look.cube").write_text(CUBE, encoding="utf-8")
    with wave.open(str(folder / "click.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        time = np.arange(8000) / 8000
        sound.writeframes(
            (20000 * np.sin(400 * time) * (time % 0.5 < 0.05)).astype("<i2").tobytes()
        )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "anna" / "home"))
    return folder


@pytest.fixture
def friend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folders of another user; request it after making the pack."""
    folder = tmp_path / "bert"
    folder.mkdir()
    return folder


def pictures(where: str | Path, catalog: Catalog, *changes: str) -> list[Picture]:
    with Dream(load_preset(where, catalog, changes)) as dream:
        return list(dream)


def packed(
    studio: Path, catalog: Catalog, preset: str = "mine.toml", *, with_source: bool = False
) -> Made:
    return make(
        [load_preset(studio / preset, catalog)],
        studio / "looks.artpack",
        catalog,
        name="looks",
        author="Anna",
        with_source=with_source,
    )


def moved(archive: Made, friend: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Move a pack to another user with empty folders."""
    path = friend / "got.artpack"
    archive.path.rename(path)
    shutil.rmtree(archive.path.parent)
    monkeypatch.chdir(friend)
    monkeypatch.setenv("ARTENGINE_HOME", str(friend / "home"))
    return path


def test_a_film_is_reproduced_without_its_clip(
    studio: Path, friend: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = pictures("mine.toml", catalog)
    archive = packed(studio, catalog)
    path = moved(archive, friend, monkeypatch)
    assert install(path).new
    assert not any("clip" in need for need in archive.needs)
    there = pictures("looks/mine", catalog)
    np.testing.assert_array_equal(here, there)
    assert len({picture.tobytes() for picture in there}) == 5
    # The recipe of its film also finds the files of the pack.
    with Dream(load_preset("looks/mine", catalog)) as dream:
        recipe = dream.resolved.recipe(friend)
    (friend / "again.toml").write_text(recipe, encoding="utf-8")
    np.testing.assert_array_equal(here, pictures("again.toml", catalog))


def test_blended_weights_and_pictures_of_masks_are_packed(
    studio: Path, friend: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best weights of every run have the same name."""
    import keras

    from artengine.nn.weights import save_weights

    keras.utils.set_random_seed(0)
    for path, step in ("a/best", 200), ("a/kept/epoch-00001", 100), ("b/best", 300):
        weights = studio / f"runs/{path}.weights.h5"
        weights.parent.mkdir(parents=True, exist_ok=True)
        described = {"model": {"use": "tiny", "context": 2}, "measured": {"step": step}}
        save_weights(weights, catalog.models["tiny"]().build(), described)
    masks = np.random.default_rng(0).integers(0, 256, (2, 24, 32), np.uint8)
    for name, mask in zip(("one", "two"), masks, strict=True):
        Image.fromarray(mask).save(studio / f"{name}.png")
    (studio / "mixed.toml").write_text(MIXED, encoding="utf-8")
    here = pictures("mixed.toml", catalog)
    archive = packed(studio, catalog, "mixed.toml")
    held = {file.path for file in archive.manifest.files}
    assert {"files/mixed.weights.h5", "files/mixed-2.weights.h5", "files/mixed-2.json"} <= held
    assert {"files/epoch-00001.weights.h5", "files/one.png", "files/two.png"} <= held
    install(moved(archive, friend, monkeypatch))
    np.testing.assert_array_equal(here, pictures("looks/mixed", catalog))
    assert (here[0] != pictures("looks/mixed", catalog, "bend.scale.amount=1")[0]).any()


def test_a_pack_contains_no_data_of_its_maker(studio: Path, catalog: Catalog) -> None:
    archive = packed(studio, catalog)
    with zipfile.ZipFile(archive.path) as pack:
        names = pack.namelist()
        content = b"".join(pack.read(name) for name in names if name.endswith(("toml", "json")))
    assert b"anna" not in content.lower().replace(b'author = "anna"', b"")
    assert b"holiday" not in content
    assert b"private" not in content
    assert not any(name.endswith((".py", "holiday.mp4")) for name in names)
    assert {"manifest.toml", "mine.toml", "poster.jpg", "preview.mp4"} <= set(names)
    # It has no time stamps either: the same files make the same bytes.
    first = archive.path.read_bytes()
    assert packed(studio, catalog).path.read_bytes() == first


def test_a_film_that_uses_the_truth_needs_its_clip(
    studio: Path, friend: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = studio / "mine.toml"
    mine.write_text(CLIP.replace("frames = 5", "frames = 5\ntruth_frames = 1"), encoding="utf-8")
    here = pictures("mine.toml", catalog)
    (need,) = (n for n in packed(studio, catalog).needs if "clip" in n)
    assert "mine looks at its clip all along and needs holiday.mp4" in need
    archive = packed(studio, catalog, with_source=True)
    install(moved(archive, friend, monkeypatch))
    np.testing.assert_array_equal(here, pictures("looks/mine", catalog))


def test_an_installed_pack_reports_its_missing_clip(
    studio: Path,
    friend: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (studio / "mine.toml").write_text(
        'extends = "daybreak"\nsource = { use = "video", path = "private/holiday.mp4" }\n'
        "dream = { truth_frames = 1 }\n",
        encoding="utf-8",
    )
    assert main(["pack", "mine.toml", "-o", str(friend / "looks.artpack")]) == 0
    shutil.rmtree(studio)
    monkeypatch.chdir(friend)
    monkeypatch.setenv("ARTENGINE_HOME", str(friend / "home"))
    capsys.readouterr()
    assert main(["install", "looks.artpack"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "looks/mine\n"
    assert "note: " in captured.err
    assert "holiday.mp4" in captured.err
    assert "--source CLIP" in captured.err


def test_the_sound_of_the_clip_is_footage(studio: Path, catalog: Catalog) -> None:
    mine = studio / "mine.toml"
    mine.write_text(CLIP.replace("click.wav", "source"), encoding="utf-8")
    needs = packed(studio, catalog).needs
    assert any("audio.click is the sound of holiday.mp4" in need for need in needs)


def test_a_synthetic_scene_needs_no_frames(studio: Path, catalog: Catalog) -> None:
    archive = packed(studio, catalog, "tiny.toml")
    assert not any("opening" in file.path for file in archive.manifest.files)
    (need,) = archive.needs
    assert need == (
        "tiny needs the plugin file tiny_model.py, with the plugin tiny: packs hold no code"
    )


def test_weights_of_the_same_name_keep_their_descriptions(studio: Path, catalog: Catalog) -> None:
    """By the rules of case-insensitive file systems."""
    from artengine.nn.weights import save_weights

    network = catalog.get("model", "tiny")().build()
    (studio / "other").mkdir()
    save_weights(studio / "other" / "Tiny.weights.h5", network, {})
    text = 'extends = "tiny"\nmodel.weights = "other/Tiny.weights.h5"'
    (studio / "second.toml").write_text(text, encoding="utf-8")
    presets = [load_preset(studio / f"{name}.toml", catalog) for name in ("tiny", "second")]
    archive = make(presets, studio / "looks.artpack", catalog, name="looks")
    packed = {file.path for file in archive.manifest.files if file.path.startswith("files/")}
    names = ("tiny.weights.h5", "tiny.json", "Tiny-2.weights.h5", "Tiny-2.json")
    assert packed == {f"files/{name}" for name in names}


def test_two_versions_can_be_installed(studio: Path, catalog: Catalog) -> None:
    preset = load_preset(studio / "tiny.toml", catalog)
    for version in ("1.9", "1.10"):
        target = studio / f"{version}.artpack"
        assert install(make([preset], target, catalog, name="looks", version=version).path).new
    assert [pack.manifest.version for pack in installed_packs()[0]] == ["1.10", "1.9"]
    assert list_presets()["looks/tiny"][0].parent.name == "1.10"
    assert load_preset("looks@1.9/tiny", catalog).path == find_pack("looks@1.9").preset("tiny")
    assert not install(studio / "1.9.artpack").new
    remove_pack(find_pack("looks").folder)
    assert find_pack("looks").manifest.version == "1.9"
    remove_pack(find_pack("looks").folder)
    assert installed_packs() == ([], [])
    with pytest.raises(UsageError, match='no pack "looks" is installed; installed are: none'):
        find_pack("looks")


def test_a_different_pack_of_the_same_version_is_refused(studio: Path, catalog: Catalog) -> None:
    install(packed(studio, catalog, "tiny.toml").path)
    (studio / "tiny.toml").write_text(
        (studio / "tiny.toml").read_text("utf-8").replace("seed = 5", "seed = 6"), "utf-8"
    )
    with pytest.raises(UsageError, match="artengine packs remove looks@1"):
        install(packed(studio, catalog, "tiny.toml").path)
    assert load_preset("looks/tiny", catalog).seed == 5


def test_a_folder_is_installed_like_its_archive(studio: Path, catalog: Catalog) -> None:
    archive = packed(studio, catalog, "tiny.toml")
    with zipfile.ZipFile(archive.path) as pack:
        pack.extractall(studio / "unpacked")
    done = installed_from("unpacked")
    assert done.pack.manifest == read_manifest(archive.path)
    assert done.pack.origin == str(studio / "unpacked")
    (studio / "unpacked" / "tiny.toml").write_text("seed = 1", encoding="utf-8")
    remove_pack(done.pack.folder)
    with pytest.raises(UsageError, match=r"tiny.toml: has .* bytes, its manifest says"):
        installed_from("unpacked")
    assert installed_packs() == ([], [])


def test_invalid_names_and_files_are_refused(studio: Path, catalog: Catalog) -> None:
    preset = load_preset(studio / "tiny.toml", catalog)
    with pytest.raises(UsageError, match='two presets are called "tiny"'):
        make([preset, preset], studio / "x.artpack", catalog, name="x")
    (studio / "manifest.toml").write_text('extends = "tiny"', encoding="utf-8")
    with pytest.raises(UsageError, match="the manifest has that name"):
        packed(studio, catalog, "manifest.toml")
    assert not (studio / "x.artpack").exists()


def test_the_commands_of_packs(
    studio: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plugin = ("--plugin", str(tiny_model))
    assert main(["pack", "tiny.toml", *plugin, "--licence", "CC0-1.0"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "tiny.artpack\n"
    assert "packs hold no code" in captured.err
    assert main(["pack", "tiny.toml", *plugin]) == 2
    assert "replace it with --overwrite" in capsys.readouterr().err
    assert main(["pack", "tiny.toml", *plugin, "-o", "x.zip"]) == 2
    assert main(["pack", "tiny.toml", *plugin, "-o", "Über.artpack"]) == 2
    capsys.readouterr()
    assert main(["install", "tiny.artpack"]) == 0
    assert capsys.readouterr().out == "tiny/tiny\n"
    assert main(["packs", "list"]) == 0
    assert capsys.readouterr().out == "tiny 1  tiny  (OK)\n"
    assert main(["packs", "show", "tiny", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["licence"], shown["presets"], shown["needs"]) == ("CC0-1.0", ["tiny/tiny"], [])
    assert main(["presets", "list"]) == 0
    assert "tiny/tiny" in capsys.readouterr().out
    assert main(["presets", "validate", "tiny/tiny", *plugin]) == 0
    assert main(["packs", "update"]) == 0
    assert "tiny 1: is the newest" in capsys.readouterr().err
    assert main(["packs", "remove", "tiny"]) == 0
    assert main(["packs", "show", "tiny"]) == 2
    assert main(["dream", "tiny/tiny", *plugin]) == 2
