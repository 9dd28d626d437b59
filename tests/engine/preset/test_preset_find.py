"""Finding presets by path, by folder and by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from artengine import folders
from artengine.errors import UsageError
from artengine.preset import find_preset, list_presets, packaged_folder, summary

Write = Callable[[str, str], Path]


def write_own(name: str, text: str = "") -> Path:
    path = folders.presets() / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_packaged_presets_are_found_by_name() -> None:
    assert find_preset("night-drive") == packaged_folder() / "night-drive.toml"


def test_the_working_folder_precedes_the_user_s_folder_and_packaged_presets(write: Write) -> None:
    mine = write_own("night-drive")
    assert find_preset("night-drive") == mine
    write("presets/night-drive.toml", "")
    assert find_preset("night-drive") == Path("presets/night-drive.toml")


def test_a_path_is_found_directly(write: Write) -> None:
    path = write("deep/er/odd.toml", "")
    assert find_preset("deep/er/odd.toml") == Path("deep/er/odd.toml")
    assert find_preset(str(path)) == path
    write("odd.toml", "")
    assert find_preset("odd.toml") == Path("odd.toml")


def test_a_folder_with_a_recipe_is_a_preset(write: Write) -> None:
    write("runs/mine/recipe.toml", "")
    assert find_preset("runs/mine") == Path("runs/mine/recipe.toml")
    assert find_preset("runs/mine/") == Path("runs/mine/recipe.toml")


def test_a_folder_without_a_recipe_hides_no_preset(workplace: Path) -> None:
    (workplace / "night-drive").mkdir()
    assert find_preset("night-drive") == packaged_folder() / "night-drive.toml"


def test_a_missing_name_is_reported_with_the_nearest_one_and_the_searched_folders() -> None:
    with pytest.raises(UsageError) as caught:
        find_preset("nite-drive")
    message = str(caught.value)
    assert message.startswith('no preset "nite-drive" (did you mean "night-drive"?); looked in ')
    for folder in (Path("presets"), folders.presets(), packaged_folder()):
        assert str(folder) in message


def test_a_missing_path_is_reported_with_a_similar_file(write: Write) -> None:
    write("deep/odd.toml", "")
    with pytest.raises(UsageError, match=r'no preset at "deep/od.toml" \(did you mean "odd.toml"'):
        find_preset("deep/od.toml")
    with pytest.raises(UsageError, match=r'no preset at "nowhere/at/all\.toml"$'):
        find_preset("nowhere/at/all.toml")
    for name in ("a" * 5000, "a\0b", "", ".", "..", "/"):
        with pytest.raises(UsageError):
            find_preset(name)


def test_the_list_names_each_preset_once_and_its_folder(write: Write) -> None:
    write_own("mine")
    write_own("night-drive")
    write("presets/mine.toml", "")
    result = list_presets()
    assert result["mine"] == (Path("presets/mine.toml"), "working folder")
    assert result["night-drive"][1] == "yours"
    assert list(result) == sorted(result)


def test_a_summary_needs_no_plugins_and_survives_broken_presets(write: Write) -> None:
    assert summary(write("a.toml", 'about = "lights\\non  a road"')) == "lights on a road"
    assert summary(write("b.toml", 'title = "Only this"')) == "Only this"
    assert summary(write("c.toml", "seed = 1")) == ""
    assert summary(write("d.toml", "use = zoom")) == (
        "broken: d.toml: line 1, column 7: invalid value; write texts in quotes"
    )
    assert summary(write("q.toml", 'mask = "hue("red") > 0.5"')).endswith(
        "inside of a text in double quotes, write quotes as '"
    )
    assert summary(write("e.toml", 'about = "red \\u001b[31m"')) == "red [31m"


@pytest.mark.parametrize("name", ["empty", "./empty"])
def test_a_folder_without_a_recipe_is_reported(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r'^the folder "empty" holds no recipe.toml and no '):
        find_preset(name)


def test_a_run_with_a_similar_name_is_suggested(workplace: Path) -> None:
    run = workplace / "runs" / "clip"
    run.mkdir(parents=True)
    (run / "recipe.toml").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r'did you mean "clip"'):
        find_preset("runs/clips")
