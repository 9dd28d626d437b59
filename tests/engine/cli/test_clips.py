"""A clip in place of a preset, and a clip in place of a preset's source."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from artengine.catalog import Catalog
from artengine.cli import main
from artengine.cli.clip import clip_name, is_clip, source_override
from artengine.dream.render import Rendered
from artengine.errors import SourceError
from artengine.ffmpeg import Decoder, ffmpeg_executable, metadata
from artengine.preset import Preset, parse_overrides

SMALL = [
    *("--steps", "1", "--set", "train.size=[32,32]", "--set", "train.batch=1"),
    *("--set", "train.max_horizon=1", "--set", "dream.size=[32,32]"),
    # Tracing takes longer than the computation.
    *("--set", "train.rollout=1", "--set", "train.loss={l1=1.0}"),
    *("--set", "model.width=4", "--set", "model.context=2", "--set", "model.pictures=16"),
]


@pytest.fixture(autouse=True)
def _no_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    # Drawing the log takes longer than a training step.
    monkeypatch.setattr("artengine.train.plot.draw_log", lambda _path, _rows: None)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a clip of two seconds and a folder of forty pictures."""
    folder = tmp_path_factory.mktemp("clips")
    (folder / "photos").mkdir()
    pattern = "testsrc=size=48x32:rate=20:duration=2"
    for name in ("my clip.mp4", "photos/%02d.png"):
        command = [ffmpeg_executable(), "-v", "error", "-f", "lavfi", "-i", pattern]
        subprocess.run([*command, str(folder / name)], check=True)
    return folder


def test_initial_weights_are_looked_up_before_anything_is_written(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = ["--set", "train.initial_weights=paintr"]
    assert main(["train", str(clips / "my clip.mp4"), *SMALL, *wrong]) != 0
    assert 'there are no weights "paintr" (did you mean "painter"?)' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_clip_is_learnt_and_its_run_dreams(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    clip = clips / "my clip.mp4"
    run = Path("runs") / "my clip"
    assert main(["train", str(clip), *SMALL]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{run}\n"
    assert f"learning {clip} with the preset recall for 1 step, into {run}; Ctrl-C " in captured.err
    assert captured.err.endswith(f"dream from it: artengine dream '{run}'\n")
    recipe = tomllib.loads((run / "recipe.toml").read_text(encoding="utf-8"))
    assert recipe["title"] == "my clip"
    assert recipe["source"] == {"use": "video", "path": clip.name}

    # In the clip's own folder, the film's name differs from the clip's name.
    assert main(["dream", str(run), "--seconds", "0.2"]) == 0
    (film,) = capsys.readouterr().out.split("\n")[:-1]
    assert film == "my clip-dream.mp4"
    assert sum(1 for _ in Decoder(Path(film), (32, 32))) == 4

    # A film with a recipe is not a clip.
    assert main(["dream", film, "--frames", "2", "-o", "again.gif"]) == 0

    assert main(["train", str(clip), *SMALL]) == 8
    assert "--resume" in capsys.readouterr().err
    assert main(["train", str(clip), "--resume", "--steps", "2"]) == 0
    assert "step 2" in capsys.readouterr().err


def test_a_source_is_not_opened_where_the_frame_rate_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened, lengths = [], []

    def footage(preset: Preset) -> Any:
        opened.append(preset)
        return SimpleNamespace(fps=10.0, size=(64, 64))

    def render(preset: Preset, *_: object, **options: object) -> Rendered:
        lengths.append(preset.dream.frames)
        return Rendered((), 0, 0.0, stopped=False)

    monkeypatch.setattr("artengine.cli.preset_to_dream.footage_of", footage)
    monkeypatch.setattr("artengine.dream.render.render", render)
    line = ["dream", "night-drive", "--seconds", "2"]
    assert main([*line, "--fps", "5"]) == 0
    assert (lengths, opened) == ([10], [])
    assert main([*line, "--preview", "--set", "dream.size=[64, 64]"]) == 0
    assert (lengths, len(opened)) == ([10, 20], 1)


def test_dreaming_from_a_clip_without_a_recipe_names_the_right_commands(
    clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(clips)
    for path, run in (("my clip.mp4", "my clip"), ("photos", "photos"), ("photos/*", "photos")):
        assert main(["dream", path]) == 2
        error = capsys.readouterr().err.replace("'", "")
        assert f"artengine train {path} and then artengine dream {Path('runs') / run}" in error
        # Its network continues the clip; that of night-drive returns to its own.
        assert f"artengine dream daybreak --source {path}" in error
        assert all(line.startswith("error: ") for line in error.splitlines())
    assert main(["dream", "photos"]) == 2
    assert "photos is a clip, a folder with 40 pictures: " in capsys.readouterr().err


def test_dreaming_from_a_learnt_clip_names_its_run(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Path("runs") / "my clip"
    run.mkdir(parents=True)
    for name, learnt in (("recipe.toml", False), ("best.weights.h5", True)):
        (run / name).touch()
        assert main(["dream", str(clips / "my clip.mp4")]) == 2
        error = capsys.readouterr().err
        assert ("artengine train" not in error) == learnt
        assert f"artengine dream '{run}'\n" in error


@pytest.mark.parametrize("command", ["dream", "train"])
def test_a_folder_without_pictures_is_neither_run_nor_clip(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "mine.toml").write_text('extends = "daybreak"', encoding="utf-8")
    for folder in (".", "presets"):
        assert main([command, folder]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f'error: the folder "{folder}" holds no recipe.toml and no pictures')
        assert line.endswith("name one of these, or a preset")


def test_a_preset_dreams_on_another_clip(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    clip = clips / "my clip.mp4"
    line = ["dream", "night-drive", "--source", str(clip), "--size", "64", "-o", "a.mp4"]
    assert main([*line, "--fps", "10", "--seconds", "0.4", "--start", "0.5"]) == 0
    assert sum(1 for _ in Decoder(tmp_path / "a.mp4", (64, 64))) == 4
    recipe = tomllib.loads(metadata(tmp_path / "a.mp4")["comment"])
    assert recipe["source"] == {"use": "video", "path": clip.name}
    assert recipe["model"]["weights"] == "night-drive"
    assert (recipe["dream"]["fps"], recipe["dream"]["start"]) == (10, 0.5)
    assert main([*line, "--frames", "2", "--seconds", "1"]) == 2
    assert "exclude each other" in capsys.readouterr().err
    assert main(["dream", "night-drive", "--source", "b.mp4"]) == 5
    message = '--source: there is no file b.mp4 (did you mean "a.mp4"?)'
    assert message in capsys.readouterr().err
    assert main(["dream", "night-drive", "--start", "soon"]) == 3
    assert "--start: dream.start" in capsys.readouterr().err


def test_the_source_plugin_is_inferred_from_the_path(clips: Path) -> None:
    for name, use in (
        ("my clip.mp4", "video"),
        ("photos", "images"),
        ("photos/*.png", "images"),
        ("photos/01.png", "images"),
    ):
        override = source_override(str(clips / name))
        assert override.value == {"use": use, "path": str(clips / name)}
        # A batch passes the override to its renders as it was written.
        assert parse_overrides([override.written])[0].value == override.value
    with pytest.raises(SourceError, match=r"there is no file .*none\*"):
        source_override(str(clips / "none*"))


def test_a_clip_is_named_after_its_file() -> None:
    assert clip_name("films/night drive.v2.mp4") == "night drive.v2"
    assert clip_name("--help.mp4") == "help"
    assert clip_name(".mp4") == "mp4"


def test_presets_and_runs_are_no_clips(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "run"
    run.mkdir()
    (run / "recipe.toml").write_text("", encoding="utf-8")
    (run / "monitor.jpg").write_bytes(b"")
    (tmp_path / "bare").write_text('extends = "recall"', encoding="utf-8")
    (tmp_path / "recall").mkdir()
    (tmp_path / "recall" / "a.png").write_bytes(b"")
    for name in ("run", "bare", "recall", "nothing", "nothing.mp4"):
        assert not is_clip(name, catalog)


def test_several_outputs_write_several_files_and_ignore_no_override(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ["dream", "night-drive", "--frames", "2", "--size", "64x64"]
    assert main([*line, "-o", "a.mp4", "-o", "a.gif", "--set", "writers.mp4.quality=50"]) == 0
    assert capsys.readouterr().out.split() == ["a.mp4", "a.gif"]
    for ignored in ("writers=[{use='gif'}]", "writers.0.path=b.mp4", "writers.mp4.quality=50"):
        assert main([*line, "-o", "c.gif", "--set", ignored]) == 2
        error = capsys.readouterr().err
        assert f"--set {ignored}: has no effect on what --output names" in error
    added = ["--set", "writers.gif.at=end", "--set", "writers.gif.width=32"]
    for refused in (["writers.mp4.remove=true"], ["writers.0.quality=9", "writers.0.remove=true"]):
        args = [word for each in refused for word in ("--set", each)]
        assert main([*line, "-o", "c.gif", *added, *args]) == 2
        error = capsys.readouterr().err
        assert any(f"--set {each}: has no effect" in error for each in refused)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "a.mp4"]


def test_a_preview_is_a_small_film_of_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ["dream", "night-drive", "--preview", "--frames", "100", "--set", "writers.0.use=gif"]
    assert main([*line, "--set", "source.size=[64,64]", "--size", "512x256"]) == 0
    assert capsys.readouterr().out == "night-drive-preview.gif\n"
    assert sum(1 for _ in Decoder(tmp_path / "night-drive-preview.gif", (256, 128))) == 48
