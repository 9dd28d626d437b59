"""`artengine dream` and `artengine train`, as the user runs them."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artengine.catalog import load_catalog
from artengine.cli import main
from artengine.dream.targets import targets
from artengine.ffmpeg import Decoder, metadata
from artengine.nn.checkpoint import read_record
from artengine.preset import load_preset
from artengine.train.recipe import run_recipe
from artengine.train.run import Run

PRESET = """
title = "Small"
[source]
use = "synthetic"
[model]
use = "tiny"
[train]
size = [32, 32]
seconds = 2
batch = 2
epoch = 2
[dream]
frames = 5
size = [48, 32]
[[feedback]]
use = "noise"
amount = 0.1
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """The user's folder, with a plugin of a tiny model that every command loads."""
    home = tmp_path_factory.mktemp("home")
    (home / "plugins").mkdir()
    shutil.copy(tiny_model, home / "plugins")
    return home


@pytest.fixture(autouse=True)
def _no_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    # Drawing the plot takes a quarter of the time of trainings as short as these.
    monkeypatch.setattr("artengine.train.plot.draw_log", lambda _path, _rows: None)


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARTENGINE_HOME", str(home))
    (tmp_path / "small.toml").write_text(PRESET, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_trains_and_dreams(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "small.toml", "--steps", "3"]) == 0
    assert capsys.readouterr().out.strip() == str(Path("runs") / "small")
    assert (folder / "runs" / "small" / "best.weights.h5").is_file()

    assert main(["dream", "small.toml", "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert output["files"] == ["small.mp4"]
    assert output["frames"] == 5
    recipe = tomllib.loads(metadata(folder / "small.mp4")["comment"])
    assert recipe["model"]["weights"] == "runs/small/best.weights.h5"

    assert main(["dream", "runs/small", "-o", "other.gif", "--size", "32x32", "--frames", "3"]) == 0
    assert sum(1 for _ in Decoder(folder / "other.gif", (32, 32))) == 3

    assert main(["train", "small.toml", "--steps", "3"]) == 8
    assert "--resume" in capsys.readouterr().err
    assert main(["train", "runs/small", "--resume", "--steps", "4"]) == 0
    error = capsys.readouterr().err
    assert "step 4" in error
    assert "best PSNR" in error


def test_resuming_a_complete_training_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "small.toml", "--steps", "3"]) == 0

    def files() -> dict[Path, tuple[int, bytes]]:
        paths = [path for path in (folder / "runs").rglob("*") if path.is_file()]
        contents = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}
        return {path: content for path, content in contents.items() if path.name != ".lock"}

    before = files()
    resume = ["train", "runs/small", "--resume"]
    # Other settings are checked, which takes the footage.
    assert main([*resume, "--steps", "2", "--set", "train.keep_every=1"]) == 0
    assert "it was complete already" in capsys.readouterr().err
    assert files() == before

    monkeypatch.setattr("artengine.cli.train._prepare", None)
    for shorter in ([], ["--steps", "2"]):
        assert main([*resume, *shorter]) == 0
        captured = capsys.readouterr()
        assert "trained at step 3 after" in captured.err
        assert "it was complete already" in captured.err
        assert captured.out.strip() == str(Path("runs") / "small")
    assert files() == before


def test_films_of_a_run_are_named_after_its_folder(folder: Path) -> None:
    catalog = load_catalog()
    writers = '[[writers]]\nuse = "gif"\n[[writers]]\nuse = "webm"\npath = "rings.webm"\n'
    (folder / "small.toml").write_text(PRESET + writers, encoding="utf-8")
    mine = folder / "runs" / "mine"
    mine.mkdir(parents=True)
    recipe = run_recipe(load_preset("small.toml", catalog), Path("runs/small"))
    (mine / "recipe.toml").write_text(recipe, encoding="utf-8")
    preset = load_preset("runs/mine", catalog)
    to = targets(preset, catalog, [], Path())
    assert [str(target.path) for target in to] == ["mine.gif", "rings.webm"]


def test_training_from_a_piece_or_a_dotted_name_makes_a_new_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other folders hold recipes too, and names may contain dots."""
    piece = folder / "gallery" / "piece"
    piece.mkdir(parents=True)
    (piece / "recipe.toml").write_text(PRESET, encoding="utf-8")
    assert main(["train", "gallery/piece", "--steps", "1"]) == 0
    assert capsys.readouterr().out.strip() == str(Path("runs") / "piece")
    assert [path.name for path in piece.iterdir()] == ["recipe.toml"]
    assert (piece / "recipe.toml").read_text(encoding="utf-8") == PRESET

    (folder / "night.v2.toml").write_text(PRESET, encoding="utf-8")
    assert main(["train", "night.v2.toml", "--steps", "1"]) == 0
    assert capsys.readouterr().out.strip() == str(Path("runs") / "night.v2")
    assert main(["dream", "night.v2.toml", "--frames", "1"]) == 0


def test_resuming_remembers_the_footage(
    folder: Path, capsys: pytest.CaptureFixture[str], bikes: Path
) -> None:
    prepare = ["prepare", str(bikes), "--end", "2"]
    assert main([*prepare, "-o", "footage", "--size", "40x24"]) == 0
    assert main(["train", "small.toml", "--data", "footage", "--steps", "1"]) == 0
    about = json.loads((folder / "runs" / "small" / "best.json").read_text(encoding="utf-8"))
    assert about["training"]["size"] == [40, 24]
    assert about["source"] == {"use": ["video"]}
    recipe = tomllib.loads((folder / "runs" / "small" / "recipe.toml").read_text(encoding="utf-8"))
    source = recipe["source"]
    assert {name: source[name] for name in ("use", "path", "end", "at_end")} == {
        "use": "video",
        "path": bikes.name,
        "end": 2,
        "at_end": "loop",
    }
    assert main(["train", "small.toml", "--resume", "--steps", "2"]) == 0
    assert "step 2" in capsys.readouterr().err

    assert main([*prepare, "-o", "other", "--size", "32x32"]) == 0
    assert main(["train", "small.toml", "--resume", "--steps", "3", "--data", "other"]) == 8
    assert "other footage" in capsys.readouterr().err


def test_training_on_footage_of_a_missing_clip_names_the_source_option(
    folder: Path, capsys: pytest.CaptureFixture[str], bikes: Path
) -> None:
    clip = Path(shutil.copy(bikes, folder / "moved.mp4"))
    assert main(["prepare", "moved.mp4", "--end", "2", "-o", "footage", "--size", "32x32"]) == 0
    clip.unlink()
    template = PRESET.replace('"synthetic"', '"video"\npath = "clip.mp4"')
    (folder / "small.toml").write_text(template, encoding="utf-8")
    assert main(["train", "small.toml", "--data", "footage", "--steps", "1"]) == 0
    run = Path("runs") / "small"
    assert f"artengine dream {run} --source CLIP\n" in capsys.readouterr().err


def test_setting_steps_replaces_minutes_and_vice_versa(folder: Path) -> None:
    (folder / "short.toml").write_text(
        PRESET.replace("epoch = 2", "epoch = 2\nminutes = 99"), encoding="utf-8"
    )
    run = Run(folder / "runs" / "short")

    def length() -> dict[str, float]:
        train = tomllib.loads(run.recipe.read_text(encoding="utf-8"))["train"]
        return {name: train[name] for name in ("steps", "minutes") if name in train}

    assert main(["train", "short.toml", "--set", "train.steps=1"]) == 0
    assert length() == {"steps": 1}
    longer = read_record(run.checkpoint)["seconds"] / 60 + 0.001
    assert main(["train", "short.toml", "--resume", "--set", f"train.minutes={longer}"]) == 0
    assert length() == {"minutes": longer}


def test_output_effects_that_change_the_size_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "small.toml", "--steps", "1"]) == 0
    capsys.readouterr()
    one = ["dream", "runs/small", "--frames", "1", "-o", "a.png"]
    assert main(one) == 0
    assert "enlarge" not in capsys.readouterr().err
    larger = [*one, "--size", "32", "--set", "output.upscale.at=end"]
    assert main(larger) == 0
    assert "\n64x64: upscale enlarges 32x32\n" in capsys.readouterr().err
    assert main([*larger, "--set", "output.upscale.on=false"]) == 0
    assert "enlarge" not in capsys.readouterr().err
    assert main([*larger, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 1


def test_a_dream_of_another_shape_than_the_training_size_is_reported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ["train", "small.toml", "--steps", "1", "--set", "train.size=[64,32]"]
    assert main([*one, "-o", "cut"]) == 0
    error = capsys.readouterr().err
    assert "learnt frames of 64x32, and dreams are 48x32, another shape" in error
    assert "add --size 64x32\n" in error
    assert main([*one, "-o", "wide", "--set", "dream.size=[96,48]"]) == 0
    assert "another shape" not in capsys.readouterr().err


def test_the_best_weights_of_an_on_policy_training_are_the_last(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "quiet.py").write_text(
        "from artengine.api import hookimpl\n\n@hookimpl\ndef after_epoch(): pass\n",
        encoding="utf-8",
    )
    fed = ["--plugin", "quiet.py", "train", "small.toml", "--set", "train.max_horizon=4"]
    assert main([*fed, "--steps", "3"]) == 0
    error = capsys.readouterr().err
    last = "; dreams use best.weights.h5, which holds the last weights\ndream from it: "
    assert last in error
    best, newest = (Path("runs/small") / f"{name}.weights.h5" for name in ("best", "last"))
    assert best.read_bytes() == newest.read_bytes()
    assert f"artengine dream {Path('runs') / 'small'} --plugin quiet.py\n" in error
    assert "best PSNR" not in error


@pytest.mark.parametrize(
    ("arguments", "code", "args"),
    [
        (["dream", "small.toml"], 7, "artengine train small.toml"),
        (["dream", "smal.toml"], 2, "did you mean"),
        (["dream", "small.toml", "--size", "big"], 2, "640x360, or one number for a square"),
        (["dream", "small.toml", "--set", "feedback.0.amuont=1"], 3, 'did you mean "amount"'),
        (["dream", "small.toml", "--set", "dream.frames=0"], 3, "from 1 to"),
        (["dream", "small.toml", "-o", "no/such/a.mp4"], 6, "does not exist"),
        (["dream", "small.toml", "-o", "a.mp5"], 2, ".mp4"),
        (["train", "small.toml", "--steps", "1", "--minutes", "1"], 2, "exclude"),
        (["train", "small.toml", "--steps", "1", "--set", "train.minutes=1"], 2, "exclude"),
        (["train", "small.toml", "--resume"], 8, "no checkpoint"),
        (["train", "small.toml", "--data", "nowhere"], 8, "nowhere"),
        (["train", "small.toml", "--set", "source.use=video"], 3, "path"),
        (
            ["train", "small.toml", "-o", "small.toml/run"],
            8,
            "small.toml/run: cannot be written in",
        ),
        (["dream", "small.toml", "--size", "99999x9"], 2, 'error: --size: "99999x9" is not a size'),
        (["dream", "small.toml", "--frames", "0"], 2, "invalid value for '--frames'"),
        (["dream", "small.toml", "--seed", "-1"], 2, "invalid value for '--seed'"),
        (["dream", "small.toml", "-o", "x"], 2, "x: end the name in one of "),
        (["dream", "runs/not"], 2, 'no run or preset at "runs/not"'),
        (["train", "runs/not", "--resume"], 2, 'no run or preset at "runs/not"'),
        (["dream", "three.mp4"], 2, "there is no file three.mp4"),
        (
            ["train", "recall"],
            5,
            "recall: needs a clip; name your clip with --source CLIP",
        ),
        (["dream", "flow"], 5, "flow: needs a clip; name your clip with --source CLIP"),
        (
            ["dream", "night-drive", "--set", "model.use=swift", "--set", "dream.frames=9"],
            7,
            "with: artengine train night-drive --set model.use=swift\n",
        ),
    ],
)
def test_mistakes_are_one_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    args: str,
) -> None:
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert args in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["small.toml"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_signals_leave_a_usable_checkpoint(
    folder: Path, number: signal.Signals, start: Callable[..., Any], tmp_path: Path
) -> None:
    run = start("train", "small.toml", "--steps", "100000", COLUMNS="200")
    checkpoint = folder / "runs" / "small" / "checkpoint.h5"
    for _ in range(600):
        if checkpoint.exists() or run.poll() is not None:
            break
        time.sleep(0.1)
    run.send_signal(number)
    code = run.wait(timeout=60)
    error = (tmp_path / "0.err").read_text()
    assert code == 130, error
    assert "stopped at step" in error
    assert "Traceback" not in error
    assert main(["dream", "runs/small", "-o", "a.mp4"]) == 0
