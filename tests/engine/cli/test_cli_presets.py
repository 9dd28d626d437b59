"""`artengine presets list`, `show`, `validate` and `schema`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from artengine.cli import main

GOOD = """
about = "a sky full of stars"
[source]
use = "synthetic"
scene = "starfield"
[model]
use = "swift"
"""


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "sky.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_presets_are_listed(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[0] == "night-drive" and "(packaged)" in line for line in lines)
    assert any(line.endswith("a sky full of stars (working folder)") for line in lines)
    assert main(["presets", "list", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["sky"] == {
        "name": "sky",
        "about": "a sky full of stars",
        "path": str(workplace / "presets" / "sky.toml"),
        "folder": "working folder",
        "needs": [],
    }


def test_a_preset_is_shown_as_one_table(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "more.toml").write_text('extends = "sky"\nseed = 5', encoding="utf-8")
    assert main(["presets", "show", "more.toml", "--set", "dream.frames=9"]) == 0
    table = tomllib.loads(capsys.readouterr().out)
    assert (table["seed"], table["dream"]) == (5, {"frames": 9})
    assert table["source"] == {"use": "synthetic", "scene": "starfield", "seed": 5}
    assert "extends" not in table


def test_the_shown_table_is_a_preset(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "show", "sky"]) == 0
    shown = capsys.readouterr().out
    (workplace / "again.toml").write_text(shown, encoding="utf-8")
    assert main(["presets", "show", "again.toml"]) == 0
    assert capsys.readouterr().out == shown


def test_valid_presets_are_ok_and_mistakes_are_named(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["presets", "validate", "sky", "night-drive"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0] == "presets/sky.toml: ok"
    assert captured.out.splitlines()[1].endswith("night-drive.toml: ok")
    for name in ("a", "b"):
        text = f'{GOOD}\n[dream]\nframes = "{name}"'
        (workplace / f"{name}.toml").write_text(text, encoding="utf-8")
    assert main(["presets", "validate", "a.toml", "sky", "b.toml"]) == 3
    captured = capsys.readouterr()
    assert captured.out == "presets/sky.toml: ok\n"
    assert captured.err == (
        'error: a.toml: dream.frames: "a" given; allowed: a whole number from 1 to 10000000\n'
        'error: b.toml: dream.frames: "b" given; allowed: a whole number from 1 to 10000000\n'
    )


def test_a_missing_file_is_a_mistake(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GOOD.replace('"synthetic"\nscene = "starfield"', '"images"\npath = "photos/*.jpg"')
    (workplace / "photos.toml").write_text(text, encoding="utf-8")
    # Packaged presets that learn a clip of the user ship without the clip.
    assert main(["presets", "validate", "photos.toml", "recall"]) == 3
    captured = capsys.readouterr()
    assert captured.out.endswith("recall.toml: ok\n")
    file = workplace / "photos" / "*.jpg"
    assert captured.err == f"error: photos.toml: source.path: there is no file {file}\n"


def test_files_of_curves_and_masks_must_have_the_right_format(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "no.mid").write_text("la la la", encoding="utf-8")
    (workplace / "song.csv").write_text("time,kick\n0,1\n", encoding="utf-8")
    text = f"""{GOOD}
[curves]
a = {{ midi = "no.mid" }}
b = {{ csv = "song.csv", column = "kik" }}

[[output]]
use = "invert"
mask = "file('no.mid') > 0.5"
"""
    (workplace / "song.toml").write_text(text, encoding="utf-8")
    assert main(["presets", "validate", "song.toml"]) == 3
    midi, column, mask = capsys.readouterr().err.splitlines()
    assert midi.startswith("error: song.toml: curves.a: no.mid is no MIDI file")
    message = 'curves.b: song.csv has no column "kik"; it has: time, kick'
    assert column == f"error: song.toml: {message}"
    assert mask.startswith("error: song.toml: output.invert.mask: ")


def test_missing_initial_weights_are_a_mistake(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'{GOOD}\n[train]\ninitial_weights = "night-rode"'
    (workplace / "old.toml").write_text(text, encoding="utf-8")
    assert main(["presets", "validate", "old.toml"]) == 3
    (message,) = capsys.readouterr().err.splitlines()
    assert message.startswith("error: old.toml: train.initial_weights: there are no weights")
    assert '(did you mean "night-drive"?)' in message


def test_a_missing_preset_is_a_usage_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["presets", "validate", "skyy"]) == 2
    assert 'error: no preset "skyy" (did you mean "sky"?)' in capsys.readouterr().err


def test_the_schema_is_printed_or_written(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["presets", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["title"] == "artengine preset"
    assert main(["presets", "schema", "-o", "schema.json"]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((workplace / "schema.json").read_text()) == schema
    assert main(["presets", "schema", "-o", "no/such/folder.json"]) == 6
    assert capsys.readouterr().err == (
        "error: cannot write no/such/folder.json: No such file or directory\n"
    )


@pytest.mark.parametrize("name", ["top", "dream", "train", "feedback", "source", "trails", "video"])
def test_keys_are_explained_in_eighty_columns(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["presets", "explain", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(line != line.rstrip() for line in lines)
    assert main(["presets", "explain", name, "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)
    assert table["name"] == name
    for key in table["keys"]:
        assert any(line.startswith(f"  {key['name']}: ") for line in lines)
    for choice in table["choices"]:
        assert any(line.startswith(f"      {choice} ") for line in lines)


def test_an_unknown_table_is_reported_with_the_nearest_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["presets", "explain", "draem"]) == 2
    assert 'did you mean "dream"' in capsys.readouterr().err


def test_curves_are_drawn_and_printed(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "plot", "sky"]) == 2
    assert "sky has no curves; write one in place of a number" in capsys.readouterr().err
    curves = ["--set", "curves.kick=pulse(beat)", "--set", "dream.frames=8"]
    assert main(["presets", "plot", "sky", *curves]) == 0
    assert capsys.readouterr().out == "sky-curves.png\n"
    assert (workplace / "sky-curves.png").read_bytes().startswith(b"\x89PNG")
    assert main(["presets", "plot", "sky", *curves, "--json", "-o", "mine.png"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["curves"] == {"curves.kick": [1, 1, 0, 0, 0, 0, 0, 0]}
    assert (workplace / "mine.png").is_file()


def test_a_plot_does_not_overwrite_an_input_of_the_preset(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = workplace / "clip.png"
    Image.new("RGB", (8, 8)).save(clip)
    kept = clip.read_bytes()
    args = ["--set", "source.use=images", "--set", "source.path=clip.png", "--set", "curves.a=t"]
    assert main(["presets", "plot", "sky", *args, "-o", "clip.png"]) == 2
    assert "clip.png is not overwritten, because the preset reads" in capsys.readouterr().err
    assert clip.read_bytes() == kept
    assert main(["presets", "plot", "sky", "--source", "clip.png", *args[4:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fps"] == 25


def test_a_plot_that_cannot_be_made_is_one_line(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "presets" / "sky.toml.png").touch()
    for arguments, status, message in (
        (["-o", "a.jpg"], 2, "a.jpg: a plot is a PNG; end its name in .png"),
        (["-o", "lost/a.png"], 6, "cannot write lost/a.png: No such file or directory"),
        (["-o", "presets/sky.toml.png"], 2, "sky.toml.png is there already; add --overwrite, or"),
        (
            ["--set", "curves.kick=1/(frame-3)"],
            3,
            "--set: at frame 3: curves.kick: column 2: division",
        ),
        (["--set", "curves.kick=1/"], 3, '--set: curves.kick: "1/" given; column 3: it ends here'),
    ):
        overrides = [] if "--set" in arguments else ["--set", "curves.kick=t"]
        assert main(["presets", "plot", "sky", *overrides, *arguments]) == status
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
