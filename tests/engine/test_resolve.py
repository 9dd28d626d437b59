"""The inputs of a film: its identity, and recipes without local paths."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from artengine import __version__
from artengine.catalog import Catalog, load_catalog
from artengine.digest import digest_of
from artengine.errors import PresetError, SourceError, WeightsError
from artengine.known_files import note_files
from artengine.preset import Preset, load_preset, parse_preset
from artengine.preset.portable import portable
from artengine.provider import remedy
from artengine.resolve import Resolved, is_recipe_of, resolve
from artengine.subprocesses import command_line
from artengine.weights import build_network, find_weights, packaged_weights

GLOW = '''
from typing import Any, ClassVar
from artengine.api import Effect, hookimpl


class MyGlow(Effect):
    """Glow."""
    name: ClassVar[str] = "my-glow"
    def apply(self, frame: Any, now: Any) -> Any:
        return frame


@hookimpl
def register_effects() -> Any:
    return [MyGlow]
'''

SCRATCHES = '''
from typing import Any, ClassVar
from artengine.api import Effect, Param, hookimpl


class Scratches(Effect):
    """Scratches."""
    name: ClassVar[str] = "scratches"
    picture: str = Param(path=True)
    """Where they are."""
    def apply(self, frame: Any, now: Any) -> Any:
        return frame


@hookimpl
def register_effects() -> Any:
    return [Scratches]
'''

Make = Callable[..., Preset]


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, with a folder of clips and the user's own folder elsewhere."""
    for name in ("work", "clips", "films"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    return tmp_path / "work"


@pytest.fixture
def make(catalog: Catalog) -> Make:
    """A function that makes a preset of a small scene, with changes by address."""

    def make(**changes: Any) -> Preset:
        table = {
            "seed": 3,
            "source": {"use": "synthetic"},
            "model": {"use": "recall", "weights": "night-drive"},
            "dream": {"frames": 3, "precision": "float32"},
        }
        preset = parse_preset(table, catalog, name="mine")
        return preset.with_values({name.replace("__", "."): v for name, v in changes.items()})

    return make


@pytest.fixture
def clip(tmp_path: Path, bikes: Path) -> Path:
    """A clip outside of the working folder."""
    path = tmp_path / "clips" / "ride.mp4"
    shutil.copy(bikes, path)
    return path


def of_clip(make: Make, clip: Path) -> Resolved:
    return resolve(make(source={"use": "video", "path": str(clip)}))


def test_the_identity_depends_on_everything_that_changes_the_film(make: Make) -> None:
    same = resolve(make())
    assert resolve(make()).identity == same.identity
    for name, value in (("title", "Other"), ("writers", [{"use": "gif"}]), ("train.steps", 5)):
        assert resolve(make(**{name: value})).identity == same.identity, name
    others = [
        ("seed", 4),
        ("source.seed", 9),
        ("dream.frames", 4),
        ("dream.precision", "bfloat16"),
        ("model.pull", 0.25),
        ("output", [{"use": "hue"}]),
    ]
    identities = {resolve(make(**{name: value})).identity for name, value in others}
    assert len(identities | {same.identity}) == len(others) + 1


def test_weights_set_parameters_that_are_newer_than_they_are(make: Make, tmp_path: Path) -> None:
    assert make().model.model_dump()["deraster"] is True
    own, shipped = tmp_path / "own.weights.h5", packaged_weights()["night-drive"]
    shutil.copy(shipped, own)
    described = json.loads(shipped.with_name("night-drive.json").read_text(encoding="utf-8"))
    described["model"].pop("deraster", None)
    own.with_name("own.json").write_text(json.dumps(described), encoding="utf-8")
    resolved = resolve(make(model__weights=str(own)))
    assert resolved.preset.model.model_dump()["deraster"] is False
    assert tomllib.loads(resolved.recipe(tmp_path))["model"]["deraster"] is False


def test_the_identity_depends_on_the_content_of_files_and_not_on_their_path(
    make: Make, clip: Path
) -> None:
    first = of_clip(make, clip)
    moved = clip.rename(clip.with_name("moved.mp4"))
    assert of_clip(make, moved).identity == first.identity
    moved.write_bytes(moved.read_bytes() + b"\0")
    assert of_clip(make, moved).identity != first.identity
    own = Path("own.weights.h5").absolute()
    shutil.copy(packaged_weights()["night-drive"], own)
    shutil.copy(packaged_weights()["night-drive"].with_name("night-drive.json"), "own.json")
    assert resolve(make(model__weights=str(own))).identity == resolve(make()).identity


def test_pictures_of_effects_are_part_of_the_identity(make: Make, clip: Path) -> None:
    Path("scratches.py").write_text(SCRATCHES, encoding="utf-8")
    catalog = load_catalog([Path("scratches.py")])

    def identity(picture: Path) -> str:
        table = {**make().table, "output": [{"use": "scratches", "picture": "a.png"}]}
        preset = parse_preset(table, catalog, [f"output.scratches.picture={picture}"])
        return resolve(preset).identity

    first, second = Path("a.png").absolute(), clip.with_name("a.png")
    first.write_bytes(b"one")
    second.write_bytes(b"another")
    assert identity(second) != identity(first)
    second.write_bytes(b"one")
    assert identity(second) == identity(first)


def test_a_recipe_records_the_inputs_of_the_film_without_local_paths(
    make: Make, clip: Path, tmp_path: Path, catalog: Catalog
) -> None:
    text = of_clip(make, clip).recipe(tmp_path / "films")
    assert str(tmp_path) not in text
    recipe = tomllib.loads(text)
    assert recipe["source"]["path"] == "ride.mp4"
    assert recipe["made_with"]["files"] == {"ride.mp4": digest_of(clip)}
    weights = packaged_weights()["night-drive"]
    assert recipe["made_with"]["weights"] == digest_of(weights)
    assert {"engine", "arithmetic", "source", "bytes"} <= recipe["made_with"].keys()
    assert recipe["made_with"]["arithmetic"]["precision"] == "float32"
    beside = tomllib.loads(of_clip(make, clip).recipe(tmp_path))
    assert beside["source"]["path"] == "clips/ride.mp4"
    plain = parse_preset(recipe, catalog)
    assert "made_with" not in plain.table


def test_a_recipe_finds_a_clip_in_another_folder(
    make: Make, clip: Path, tmp_path: Path, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    resolved = of_clip(make, clip)
    resolved.preset.remember_files()
    path = tmp_path / "films" / "recipe.toml"
    path.write_text(resolved.recipe(path.parent), encoding="utf-8")
    again = load_preset(path, catalog)
    assert again.files == {"source.path": str(clip)}
    assert resolve(again).identity == resolved.identity
    # A clip next to the recipe is preferred, unless its content differs.
    shutil.copy(clip, path.parent / "ride.mp4")
    assert load_preset(path, catalog).files == {"source.path": str(path.parent / "ride.mp4")}
    (path.parent / "ride.mp4").write_bytes(b"another")
    assert load_preset(path, catalog).files == {"source.path": str(clip)}
    # In another folder and under another name, it is found by its digest.
    moved = clip.rename(clip.with_name("moved.mp4"))
    assert load_preset(path, catalog).files == {"source.path": str(path.parent / "ride.mp4")}
    note_files([moved])
    assert load_preset(path, catalog).files == {"source.path": str(moved)}
    # A changed file is not used.
    moved.write_bytes(moved.read_bytes() + b"\0")
    noted = load_preset(path, catalog)
    assert noted.files == {"source.path": str(path.parent / "ride.mp4")}
    assert [note.endswith("is not the file that the recipe was made with") for note in noted.notes]
    assert len(noted.notes) == 1


@pytest.mark.parametrize("name", ["own.weights.h5", "best.weights.h5"])
def test_a_recipe_finds_weights_in_another_folder(
    name: str, make: Make, tmp_path: Path, catalog: Catalog
) -> None:
    own, described = tmp_path / "clips" / name, f"{name.partition('.')[0]}.json"
    shutil.copy(packaged_weights()["night-drive"], own)
    shutil.copy(packaged_weights()["night-drive"].with_name("night-drive.json"), own.parent)
    (own.parent / "night-drive.json").rename(own.parent / described)
    resolved = resolve(make(model__weights=str(own)))
    resolved.preset.remember_files()
    path = tmp_path / "films" / "recipe.toml"
    path.write_text(resolved.recipe(path.parent), encoding="utf-8")
    again = load_preset(path, catalog)
    assert again.weights == str(own)
    assert resolve(again).identity == resolved.identity


def test_missing_files_are_reported_with_their_origin(
    make: Make, clip: Path, tmp_path: Path, catalog: Catalog
) -> None:
    run = tmp_path / "clips" / "ride"
    run.mkdir()
    (run / "log.csv").touch()
    weights = packaged_weights()["night-drive"]
    (run / "best.weights.h5").write_bytes(weights.read_bytes() + b"\0")
    shutil.copy(weights.with_name("night-drive.json"), run / "best.json")
    changes = {"source": {"use": "video", "path": str(clip)}, "model.weights": str(run)}
    recipe = resolve(make().with_values(changes)).recipe(tmp_path / "films")
    made_with = tomllib.loads(recipe)["made_with"]
    assert made_with["origins"] == {"ride/best.weights.h5": "a run called ride"}
    assert made_with["bytes"]["ride.mp4"] == clip.stat().st_size
    path = tmp_path / "films" / "recipe.toml"
    path.write_text(recipe, encoding="utf-8")
    shutil.rmtree(tmp_path / "clips")
    with pytest.raises(SourceError) as caught:
        resolve(load_preset(path, catalog))
    first, second = str(caught.value).split("\n")
    assert first.startswith("films: ride.mp4 is not on this machine: no file here has the content ")
    assert first.endswith("; get it, and name it with --source CLIP")
    assert "(sha256:" in second
    assert "; it came from a run called ride; get it, and name it with --set model.we" in second


def test_changed_pictures_in_a_folder_are_reported(
    make: Make, tmp_path: Path, catalog: Catalog, bikes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photos = tmp_path / "clips" / "photos"
    photos.mkdir()
    for number in range(3):
        Image.new("RGB", (8, 8), (90 * number, 0, 0)).save(photos / f"{number}.png")
    resolved = resolve(make(source={"use": "images", "path": str(photos)}))
    resolved.preset.remember_files()
    path = tmp_path / "films" / "recipe.toml"
    path.write_text(resolved.recipe(path.parent), encoding="utf-8")
    assert resolve(load_preset(path, catalog)).identity == resolved.identity
    assert not caplog.text
    Image.new("RGB", (8, 8), (9, 9, 9)).save(photos / "1.png")
    resolve(load_preset(path, catalog))
    assert f"{photos} is not the content that the recipe was made with" in caplog.text


def test_files_of_packs_are_found_and_recorded_with_their_pack(
    make: Make, tmp_path: Path, catalog: Catalog
) -> None:
    weights = tmp_path / "clips" / "own.weights.h5"
    weights.write_bytes(packaged_weights()["night-drive"].read_bytes() + b"\0")
    shutil.copy(packaged_weights()["night-drive"].with_name("night-drive.json"), "own.json")
    path = tmp_path / "films" / "recipe.toml"
    preset = make(model__weights=str(weights))
    path.write_text(resolve(preset).recipe(path.parent), encoding="utf-8")
    packed = tmp_path / "home" / "packs" / "aurora" / "1.2.0" / "weights" / "sky.weights.h5"
    packed.parent.mkdir(parents=True)
    weights.rename(packed)
    again = load_preset(path, catalog)
    assert again.weights == str(packed)
    made_with = tomllib.loads(resolve(again).recipe(path.parent))["made_with"]
    assert made_with["origins"] == {"sky.weights.h5": "the pack aurora 1.2.0"}


def test_packaged_weights_of_another_version_are_found_or_reported(
    make: Make, tmp_path: Path, catalog: Catalog
) -> None:
    recipe = tmp_path / "films" / "recipe.toml"
    shipped = resolve(make()).recipe(recipe.parent)
    recipe.write_text(shipped.replace('weights = "night-drive"', 'weights = "gone"'), "utf-8")
    result = load_preset(recipe, catalog)
    assert result.weights == str(packaged_weights()["night-drive"])
    unknown = recipe.read_text().replace("sha256:", "sha256:0")
    recipe.write_text(unknown, encoding="utf-8")
    (missing,) = load_preset(recipe, catalog).missing
    assert missing.text.startswith("gone is not on this machine")
    assert "it came from artengine 0.2.0, which shipped it" in missing.text


def test_changed_weights_that_do_not_fit_are_reported_as_missing(
    make: Make, tmp_path: Path, catalog: Catalog
) -> None:
    path = tmp_path / "films" / "recipe.toml"
    recipe = resolve(make()).recipe(path.parent).replace("sha256:", "sha256:0")
    path.write_text(recipe.replace('weights = "night-drive"', 'weights = "daybreak"'), "utf-8")
    preset = load_preset(path, catalog)
    with pytest.raises(WeightsError) as caught:
        build_network(preset, find_weights(preset))
    message = str(caught.value)
    assert "weights that the film was made with, which are not on this machine (sha256:0" in message
    assert f", artengine {__version__})" in message
    assert message.endswith("; get them, and name them with --set model.weights=FILE")


def test_a_recipe_never_names_the_user(
    make: Make, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "homes" / "jane"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    for place in ("best.weights.h5", "films/ride.mp4", "ride.mp4"):
        (home / place).parent.mkdir(exist_ok=True)
        shutil.copy(clip, home / place)
    about = {"about": f"from {home}/films"}
    source = {"use": "images", "path": str(home / "best.weights.h5")}
    preset = make(source=source, **about)
    for folder in (tmp_path, tmp_path / "homes", home, Path("/")):
        table, files = portable(preset, folder)
        assert "jane" not in str(table)
        assert "jane" not in str(list(files))
    audio = {"a": {"path": str(home / "ride.mp4")}, "b": {"path": str(home / "films/ride.mp4")}}
    table, files = portable(make(audio=audio), tmp_path)
    assert set(files) == {"ride.mp4", "films/ride.mp4"}


def test_a_recipe_of_a_later_version_is_reported_with_the_required_version(
    make: Make, tmp_path: Path, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "films" / "recipe.toml"
    recipe = resolve(make()).recipe(path.parent).replace('engine = "0.2.0"', 'engine = "9.1"')
    path.write_text(recipe, encoding="utf-8")
    load_preset(path, catalog)
    needed = f"recipe.toml: its recipe needs artengine 9.1 or newer, and this is {__version__}: "
    assert needed in caplog.text
    path.write_text(recipe.replace("[dream]", "[dream]\nwarp = 9\nwoof = 1"), encoding="utf-8")
    with pytest.raises(PresetError) as caught:
        load_preset(path, catalog)
    assert needed in str(caught.value)
    assert "\n" not in str(caught.value)
    assert command_line(["pip", "install", "artengine>=9.1"]) in str(caught.value)


def test_a_plugin_of_another_version_and_a_broken_one_are_reported(
    make: Make, tmp_path: Path, catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "my_glow.py"
    file.write_text(GLOW, encoding="utf-8")
    table = {**make().table, "output": [{"use": "my-glow"}]}
    glowing = load_catalog([file], user_folder=False)
    path = tmp_path / "films" / "recipe.toml"
    path.write_text(resolve(parse_preset(table, glowing)).recipe(path.parent), encoding="utf-8")
    load_preset(path, glowing)
    assert not caplog.text
    file.write_text(GLOW + "\n# changed", encoding="utf-8")
    load_preset(path, load_catalog([file], user_folder=False))
    assert "the effect my-glow is that of my_glow.py sha256:" in caplog.text
    file.write_text("import nothing_of_that_name", encoding="utf-8")
    broken = load_catalog([file], user_folder=False, all_sound=False)
    with pytest.raises(PresetError, match="which is broken here: ModuleNotFoundError"):
        load_preset(path, broken)
    recipe = path.read_text().replace("my_glow.py sha256:", "pluggy 99.sha256:")
    path.write_text(recipe, encoding="utf-8")
    with pytest.raises(PresetError, match=r"and pluggy [\d.]+ is installed, which has none"):
        load_preset(path, catalog)


def test_files_of_one_name_get_different_paths(
    make: Make, tmp_path: Path, clip: Path, catalog: Catalog
) -> None:
    table = {
        "source": {"use": "video", "path": str(clip)},
        "model": {"use": "recall", "weights": "night-drive"},
    }
    other = tmp_path / "clips" / "more" / "ride.mp4"
    other.parent.mkdir()
    other.write_bytes(b"other")
    preset = parse_preset(table, catalog, [f"source.path={clip}"]).with_values(
        {"model.weights": str(other)}
    )
    result, files = portable(preset, tmp_path / "films")
    assert set(files) == {"ride.mp4", "more/ride.mp4"}
    assert result["source"]["path"] != result["model"]["weights"]


def test_a_missing_plugin_is_reported_with_its_provider(
    make: Make, tmp_path: Path, catalog: Catalog
) -> None:
    file = tmp_path / "my_glow.py"
    file.write_text(GLOW, encoding="utf-8")
    table = {**make().table, "output": [{"use": "my-glow"}]}
    resolved = resolve(parse_preset(table, load_catalog([file], user_folder=False)))
    provider = f"my_glow.py {digest_of(file)[:19]}"
    assert resolved.plugins == {"my-glow": provider}
    recipe = tmp_path / "films" / "recipe.toml"
    recipe.write_text(resolved.recipe(recipe.parent), encoding="utf-8")
    with pytest.raises(PresetError) as caught:
        load_preset(recipe, catalog)
    assert f'no effect "my-glow"; the recipe was made with that of {provider}' in str(caught.value)
    assert str(caught.value).endswith("get that file and, if you trust it, add --plugin my_glow.py")
    assert remedy("my-effects 1.2") == "if you trust it, install it: pip install my-effects==1.2"


def test_is_recipe_of_compares_a_recipe_with_a_preset(make: Make, tmp_path: Path) -> None:
    preset = make(dream__precision="auto")
    recipe = resolve(preset).recipe(tmp_path)
    assert is_recipe_of(recipe, preset, tmp_path)
    assert not is_recipe_of(recipe, make(dream__frames=4), tmp_path)
    assert not is_recipe_of(recipe.replace("sha256:", "sha256:0"), preset, tmp_path)
    assert not is_recipe_of("no TOML", preset, tmp_path)
