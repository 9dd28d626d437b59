"""The files that an untrusted preset may read and write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from artengine import folders
from artengine.catalog import Catalog
from artengine.digest import digest_of
from artengine.preset import Preset, load_preset
from artengine.preset.files import PathError, remember, writable
from artengine.preset.layer import Layer
from artengine.subprocesses import command_line

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]


@pytest.fixture
def untrusted(tmp_path: Path) -> Path:
    """A folder outside of the user's folders, which contains the folder of a preset."""
    (tmp_path / "down" / "pack").mkdir(parents=True)
    (tmp_path / "down" / "secret.mp4").touch()
    (tmp_path / "down" / "pack" / "clip.mp4").touch()
    return tmp_path / "down" / "pack"


def preset(folder: Path, path: str, more: str = "") -> Path:
    file = folder / "p.toml"
    lines = f'[source]\nuse = "tape"\npath = {path!r}\n{more}\n[model]\nuse = "net"\n'
    file.write_text(lines, encoding="utf-8")
    return file


def path_of(loaded: Preset) -> str:
    return str(loaded.source.model_dump()["path"])


def test_paths_are_relative_to_the_preset(untrusted: Path, plugins: Catalog) -> None:
    loaded = load_preset(preset(untrusted, "clip.mp4"), plugins)
    assert path_of(loaded) == str(untrusted / "clip.mp4")
    assert loaded.table["source"]["path"] == str(untrusted / "clip.mp4")
    assert loaded.files == {"source.path": str(untrusted / "clip.mp4")}


def test_paths_are_relative_to_the_file_of_the_chain_that_holds_them(
    workplace: Path, write: Write, plugins: Catalog
) -> None:
    (workplace / "pack").mkdir()
    preset(workplace / "pack", "clip.mp4")
    path = write("mine.toml", 'extends = "pack/p.toml"\n[source]\nspeed = 2.0')
    assert path_of(load_preset(path, plugins)) == str(workplace / "pack" / "clip.mp4")


@pytest.mark.parametrize("how", ["climb", "link", "folder", "name"])
def test_a_base_must_lie_in_a_readable_folder(
    how: str, untrusted: Path, problems: Problems
) -> None:
    preset(untrusted.parent, "secret.mp4")
    (untrusted / "link.toml").symlink_to(untrusted.parent / "p.toml")
    (untrusted / "folder").symlink_to(untrusted.parent)
    bases = {"climb": "../p.toml", "link": "./link.toml", "folder": "folder/p.toml", "name": "link"}
    (untrusted / "mine.toml").write_text(f'extends = "{bases[how]}"', encoding="utf-8")
    line = problems(untrusted / "mine.toml")[0]
    assert "mine.toml: extends: " in line
    assert "outside of the folders that a preset may read" in line
    assert line.endswith("if you trust it, copy it beside the preset")


def test_a_recipe_in_the_folder_above_is_no_base(
    tmp_path: Path, untrusted: Path, problems: Problems
) -> None:
    (tmp_path / "recipe.toml").write_text("seed = 1", encoding="utf-8")
    (untrusted / "mine.toml").write_text('extends = ".."', encoding="utf-8")
    assert "outside of the folders" in problems(untrusted / "mine.toml")[0]


def test_a_link_to_a_base_inside_is_followed(untrusted: Path, plugins: Catalog) -> None:
    preset(untrusted, "clip.mp4")
    (untrusted / "link.toml").symlink_to(untrusted / "p.toml")
    (untrusted / "mine.toml").write_text('extends = "link"\nseed = 4', encoding="utf-8")
    loaded = load_preset(untrusted / "mine.toml", plugins)
    assert (loaded.seed, path_of(loaded)) == (4, str(untrusted / "clip.mp4"))


@pytest.mark.parametrize("where", ["working", "own"])
def test_the_working_folder_and_the_user_s_own_folder_may_be_read(
    where: str, untrusted: Path, workplace: Path, plugins: Catalog
) -> None:
    folder = workplace if where == "working" else folders.home()
    path = str(folder / "deep" / "clip.mp4")
    assert path_of(load_preset(preset(untrusted, path), plugins)) == path


@pytest.mark.parametrize(
    "path",
    [
        "../secret.mp4",
        "/etc/passwd",
        "x/../../secret.mp4",
        "~/secret.mp4",
        "../*.mp4",
        "*/../../*.mp4",
        "[a-z]*/../../secret.mp4",
        "/",
        "..",
    ],
)
def test_other_folders_may_not_be_read(path: str, untrusted: Path, problems: Problems) -> None:
    (line,) = problems(preset(untrusted, path))
    assert f'source.path: "{path}" given, which is outside of the folders' in line
    args = command_line(["--set", f"source.path={path}"])
    assert line.endswith(f"pass it yourself with {args}")


def test_links_out_of_the_folder_are_refused(
    untrusted: Path, problems: Problems, plugins: Catalog
) -> None:
    (untrusted / "link.mp4").symlink_to(untrusted.parent / "secret.mp4")
    (untrusted / "folder").symlink_to(untrusted.parent)
    (untrusted / "inside.mp4").symlink_to(untrusted / "clip.mp4")
    for path in ("link.mp4", "folder/secret.mp4", "folder/*.mp4"):
        (line,) = problems(preset(untrusted, path))
        assert "outside of the folders" in line
    assert load_preset(preset(untrusted, "inside.mp4"), plugins).files


def test_a_link_to_a_preset_does_not_change_its_readable_folders(
    untrusted: Path, workplace: Path, problems: Problems
) -> None:
    file = preset(untrusted, "../secret.mp4")
    (workplace / "p.toml").symlink_to(file)
    (line,) = problems(workplace / "p.toml")
    assert "outside of the folders" in line


def test_glob_patterns_inside_the_folder_are_allowed(untrusted: Path, plugins: Catalog) -> None:
    loaded = load_preset(preset(untrusted, "frames/*.png"), plugins)
    assert path_of(loaded) == str(untrusted / "frames" / "*.png")


def test_an_existing_file_takes_precedence_over_a_glob_pattern(
    untrusted: Path, plugins: Catalog
) -> None:
    (untrusted / "clip[1].mp4").touch()
    loaded = load_preset(preset(untrusted, "clip[1].mp4"), plugins)
    assert path_of(loaded) == str(untrusted / "clip[1].mp4")


def test_every_path_is_checked_in_lists_and_effects_as_well(
    untrusted: Path, problems: Problems
) -> None:
    more = 'more = ["clip.mp4", "../secret.mp4"]\n[[output]]\nuse = "grain"\npicture = "../m.png"'
    lines = problems(preset(untrusted, "clip.mp4", more))
    assert [line.split(": ")[1] for line in lines] == ["source.more.1", "output.grain.picture"]
    assert lines[1].endswith("--set output.grain.picture=../m.png")


@pytest.mark.parametrize("path", ["a\\u0000b", "a" * 5000])
def test_invalid_paths_are_refused(path: str, untrusted: Path, problems: Problems) -> None:
    file = preset(untrusted, "X")
    file.write_text(file.read_text().replace("'X'", f'"{path}"'), encoding="utf-8")
    (line,) = problems(file)
    assert "given, which is no path: " in line


def test_paths_from_the_user_may_be_anywhere_and_are_remembered(
    untrusted: Path, workplace: Path, plugins: Catalog, problems: Problems
) -> None:
    secret = str(untrusted.parent / "secret.mp4")
    recipe = preset(untrusted, secret)
    problems(recipe)
    named = load_preset(preset(workplace, "x"), plugins, [f"source.path={secret}"])
    assert path_of(named) == secret
    assert not (folders.home() / "named-files.txt").exists()
    named.remember_files()
    assert (folders.home() / "named-files.txt").read_text() == f"{secret}\n"
    assert path_of(load_preset(recipe, plugins)) == secret
    assert problems(preset(untrusted, str(untrusted.parent / "other.mp4")))


def test_a_path_on_the_command_line_is_relative_to_the_working_folder(
    untrusted: Path, workplace: Path, plugins: Catalog
) -> None:
    loaded = load_preset(preset(untrusted, "clip.mp4"), plugins, ["source.path=../down/secret.mp4"])
    assert path_of(loaded) == str(untrusted.parent / "secret.mp4")


def test_files_of_a_refused_preset_are_not_remembered(untrusted: Path, problems: Problems) -> None:
    problems(preset(untrusted, "x"), "source.path=/etc/passwd", "dream.frames=0")
    assert not (folders.home() / "named-files.txt").exists()


def test_files_of_a_run_are_remembered_on_request(
    untrusted: Path, workplace: Path, plugins: Catalog, problems: Problems
) -> None:
    loaded = load_preset(preset(untrusted, "clip.mp4"), plugins)
    recipe = workplace / "run" / "recipe.toml"
    recipe.parent.mkdir()
    recipe.write_text(loaded.recipe(), encoding="utf-8")
    problems(recipe)
    loaded.remember_files()
    loaded.remember_files()
    assert path_of(load_preset(recipe, plugins)) == str(untrusted / "clip.mp4")
    assert len((folders.home() / "named-files.txt").read_text().splitlines()) == 1


def test_a_recipe_that_is_extended_finds_its_files_by_their_digests(
    tmp_path: Path, workplace: Path, write: Write, plugins: Catalog
) -> None:
    for folder in ("down", "home"):
        (tmp_path / folder / "clips").mkdir(parents=True)
        (tmp_path / folder / "clips" / "clip.mp4").write_text(folder, encoding="utf-8")
    expected, other = (tmp_path / folder / "clips" / "clip.mp4" for folder in ("down", "home"))
    remember([str(other), str(expected)])
    text = preset(workplace, "clip.mp4").read_text(encoding="utf-8")
    digests = f'[made_with]\nengine = "0.2.0"\nfiles = {{ "clip.mp4" = "{digest_of(expected)}" }}'
    write("run/recipe.toml", f"{text}{digests}")
    mine = write("mine.toml", 'extends = "run/recipe.toml"\n[source]\nspeed = 2.0')
    assert path_of(load_preset(mine, plugins)) == str(expected)
    again = load_preset(mine, plugins).with_values({"seed": 4})
    assert path_of(again) == str(expected)
    mine.write_text('extends = "run/recipe.toml"\n[source]\npath = "clip.mp4"', encoding="utf-8")
    assert path_of(load_preset(mine, plugins)) == str(workplace / "clip.mp4")


def test_missing_files_are_reported_with_their_addresses(
    workplace: Path, write: Write, plugins: Catalog
) -> None:
    (workplace / "a.tape").touch()
    text = """
        [source]
        use = "tape"
        path = "*.tape"
        more = ["a.tape", "b.tape", "*.reel"]
        [model]
        use = "net"
        weights = "./run"
        [[feedback]]
        use = "grain"
        picture = "grain.png"
        amount = { csv = "song.csv", column = "kick" }
        [audio.music]
        path = "song.mp3"
    """
    missing = load_preset(write("mine.toml", text), plugins).missing_files()
    assert missing == {
        "audio.music.path": str(workplace / "song.mp3"),
        "source.more.1": str(workplace / "b.tape"),
        "source.more.2": str(workplace / "*.reel"),
        "model.weights": str(workplace / "run"),
        "feedback.grain.picture": str(workplace / "grain.png"),
        "feedback.grain.amount.csv": str(workplace / "song.csv"),
    }


def test_an_unwritable_home_is_no_error(
    workplace: Path, plugins: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workplace / "file").touch()
    monkeypatch.setenv("ARTENGINE_HOME", str(workplace / "file" / "home"))
    loaded = load_preset(preset(workplace, "x"), plugins, ["source.path=/etc/passwd"])
    assert path_of(loaded) == "/etc/passwd"


@pytest.mark.parametrize(
    "path",
    ["../x.reel", "/tmp/x.reel", "a/../../x.reel", "~/x.reel", "-x.reel", "a\\\\..\\\\x.reel",
     "C:\\\\x.reel", ".config/x.reel", ".reel", "a/.reel"],
)  # fmt: skip
def test_films_are_written_below_the_working_folder(
    path: str, workplace: Path, problems: Problems, plugins: Catalog
) -> None:
    file = preset(workplace, "x", f'[[writers]]\nuse = "reel"\npath = "{path}"')
    (line,) = problems(file)
    assert "allowed: a relative path, no part beginning with a dot" in line
    named = path.replace("\\\\", "\\")
    loaded = load_preset(
        preset(workplace, "x"), plugins, [f"writers=[{{use='reel', path='{named}'}}]"]
    )
    assert loaded.writers[0].path == named


@pytest.mark.parametrize("name", ["con.reel", "ab:film.reel", "a/nul.reel", "what?.reel"])
def test_film_names_must_be_valid_on_every_system(
    name: str, workplace: Path, problems: Problems
) -> None:
    (line,) = problems(preset(workplace, "x", f'[[writers]]\nuse = "reel"\npath = "{name}"'))
    assert "Windows" in line


def test_weights_may_be_names_or_paths(
    untrusted: Path, plugins: Catalog, problems: Problems
) -> None:
    def weights(given: str, *overrides: str) -> str | None:
        file = preset(untrusted, "clip.mp4")
        file.write_text(f"{file.read_text()}weights = '{given}'\n", encoding="utf-8")
        return load_preset(file, plugins, overrides).weights

    run = untrusted / "run"
    run.mkdir()
    assert weights("night-drive") == "night-drive"
    assert weights("run") == "run"
    (run / "best.weights.h5").touch()
    assert weights("run") == str(run)
    assert weights("./run") == str(run)
    assert weights(".") == str(untrusted)
    assert weights("run/best.weights.h5") == str(run / "best.weights.h5")
    assert weights("x", "model.weights=/far/away.weights.h5") == "/far/away.weights.h5"
    file = preset(untrusted, "clip.mp4")
    file.write_text(f"{file.read_text()}weights = '../../x.weights.h5'\n", encoding="utf-8")
    (line,) = problems(file)
    assert line.endswith("pass it yourself with --set model.weights=../../x.weights.h5")


def test_a_self_referencing_link_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    for path in ("loop", "loop/film.mp4"):
        with pytest.raises(PathError, match="which leads by a link out of the working folder"):
            writable(path, Layer("p.toml", tmp_path))
