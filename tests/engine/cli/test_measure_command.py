"""`artengine measure`, as the user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.cli import main
from artengine.ffmpeg import Encoder, ffmpeg_executable
from artengine.frame import Picture
from artengine.measure.life import Meter


@pytest.fixture(scope="module")
def clip(bikes: Path) -> Path:
    """A man in a moving car, 120 frames of 176x144 pixels."""
    return bikes.with_name("carphone_pristine.mp4")


@pytest.fixture(scope="module")
def brief(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip's first 50 frames; of a film of that length, two frames are measured."""
    path = tmp_path_factory.mktemp("brief") / "brief.mkv"
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-i", str(clip)]
    subprocess.run([*command, "-frames:v", "50", "-c:v", "ffv1", str(path)], check=True)
    return path


def film(path: Path, clip: Path, filters: str) -> Path:
    """Write the clip at 96x72 pixels, changed by ffmpeg's filters."""
    command = [ffmpeg_executable(), "-nostdin", "-v", "error", "-i", clip]
    command += ["-vf", f"scale=96:72,{filters}", "-c:v", "ffv1", path]
    subprocess.run(list(map(str, command)), check=True)
    return path


def test_a_clip_compared_with_itself(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(clip), "--source", str(clip), "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert (output["film"], output["source"], output["size"]) == (str(clip), str(clip), [176, 144])
    assert output["vitality"] >= 0.95
    assert output["kinship"] == 1
    assert output["death"] is None
    assert output["frames"] == 120
    assert list(output["flicker"]) == ["1", "4", "16"]
    assert output["progress"] > 0.95
    assert output["novelty"] <= 0.05
    assert output["longest_replay"] == 72
    assert 0.5 < output["coverage"] < 0.8
    curves = ["motion", "contrast", "detail", "return", "drift"]
    assert list(output["kept"]) == curves
    assert list(output["medians"]) == [*curves, "colourfulness", "clipped", "entropy"]
    assert list(output["film_medians"]) == list(output["medians"])
    assert all(np.isfinite(value) for value in output["medians"].values())


def test_a_film_that_freezes_dies(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = film(tmp_path / "frozen.mkv", clip, "loop=loop=60:size=1:start=70,trim=end_frame=130")
    plot = tmp_path / "life.png"
    assert main(["measure", str(frozen), "--source", str(clip), "--plot", str(plot)]) == 0
    captured = capsys.readouterr()
    assert "of 82 frames from frame 48 on; it dies at frame 70" in captured.out
    assert "too little motion" in captured.out
    rows = {line.split()[0]: line.split() for line in captured.out.splitlines() if line}
    assert 0.2 < float(rows["vitality"][1]) < 0.35
    assert float(rows["kinship"][1]) > 0.3
    assert rows["contrast"][-1] == "100%"
    assert float(rows["progress"][1]) < 0.4
    assert rows["novelty"][1] == "0.00"
    assert "; longest replay " in captured.out
    assert "% of the clip visited" in captured.out
    assert "120/120" in captured.err
    assert "130/130" in captured.err
    assert f"plot: {plot}" in captured.err
    with Image.open(plot) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 800


def test_other_colours_lower_kinship(
    tmp_path: Path, brief: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = []
    for name, filters in (("same", "null"), ("other", "colorchannelmixer=rr=1.3:bb=0.7")):
        path = film(tmp_path / f"{name}.mkv", brief, filters)
        assert main(["measure", str(path), "--source", str(brief), "--json"]) == 0
        results.append(json.loads(capsys.readouterr().out)["kinship"])
    assert results[0] == 1
    assert results[1] < 0.7


def test_folders_of_pictures_are_accepted_as_films_and_clips(
    tmp_path: Path, brief: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    command = [ffmpeg_executable(), "-v", "error", "-i", str(brief), "-vf", "scale=96:72"]
    subprocess.run([*command, str(folder / "%d.png")], check=True)
    assert main(["measure", str(folder), "--source", str(brief), "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert (output["frames"], output["size"]) == (50, [96, 72])
    assert output["vitality"] >= 0.95
    assert output["kinship"] == 1
    path = film(tmp_path / "film.mkv", brief, "crop=80:40,scale=80:40")
    assert main(["measure", str(path), "--source", str(folder), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["size"] == [80, 40]
    assert "the clip's 96x72 was stretched to the film's 80x40" in captured.err


def test_equal_aspect_ratios_cause_no_remark(
    tmp_path: Path, brief: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # 88x72 is exactly the clip's 11:9, and 89x72 is within rounding of it.
    for size in ("88:72", "89:72"):
        path = film(tmp_path / "film.mkv", brief, f"scale={size}")
        assert main(["measure", str(path), "--source", str(brief)]) == 0
        assert "stretched" not in capsys.readouterr().err
        path.unlink()


def short_film(path: Path, frames: int, size: tuple[int, int] = (64, 48)) -> str:
    picture: Picture = np.zeros((size[1], size[0], 3), np.uint8)
    encoder = Encoder(path, size, 25, ["-c:v", "ffv1", "-f", "matroska"])
    for number in range(frames):
        picture[..., number % 3] += 9
        encoder.write(picture)
    encoder.close()
    return str(path)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files and folders that cannot be measured."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "text.mp4").write_text("not a video at all, but text\n" * 50, encoding="utf-8")
    (folder / "empty.mp4").touch()
    (folder / "folder").mkdir()
    (folder / "run").mkdir()
    (folder / "run" / "log.csv").touch()
    short_film(folder / "short.mkv", 48)
    short_film(folder / "scrap.mkv", 15)
    short_film(folder / "tiny.mkv", 60, (7, 7))
    return folder


def test_a_missing_film_is_reported_before_a_missing_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["measure", "none.mp4"]) == 5
    assert capsys.readouterr().err == "error: there is no file none.mp4; check the path\n"


@pytest.mark.parametrize(
    ("film", "source", "code", "args"),
    [
        ("none.mp4", "clip", 5, "there is no file"),
        ("clip", "none.mp4", 5, "there is no file"),
        ("text.mp4", "clip", 5, "cannot be read as video"),
        ("clip", "empty.mp4", 5, "is empty (0 bytes)"),
        ("short.mkv", "clip", 5, "short.mkv: the film has 48 frames"),
        ("scrap.mkv", "clip", 5, "scrap.mkv: the film has 15 frames"),
        ("clip", "scrap.mkv", 5, "scrap.mkv: the clip has 15 frames"),
        ("tiny.mkv", "clip", 5, "tiny.mkv: frames of 7x7 pixels are too small"),
        ("run", "clip", 5, "is a training's run and no film; dream it first: artengine dream"),
        ("folder", "clip", 5, "holds no pictures"),
    ],
)
def test_bad_input_is_one_line(
    bad: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
    film: str,
    source: str,
    code: int,
    args: str,
) -> None:
    paths = [str(clip) if name == "clip" else str(bad / name) for name in (film, source)]
    assert main(["measure", paths[0], "--source", paths[1], "--json"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    errors = [line for line in captured.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert args in errors[0]
    assert "Traceback" not in captured.err
    # A film that cannot be measured is reported before its clip is read, which may take long.
    assert ("reading the clip" in captured.err) == (source == "scrap.mkv")
    # Of a film that states too few frames, none is read.
    assert not (film == "scrap.mkv" and "reading" in captured.err)


@pytest.mark.parametrize(
    ("plot", "code", "args"),
    [
        ("life.jpg", 2, "does not end in .png"),
        ("nowhere/life.png", 6, "there is no folder"),
    ],
)
def test_an_impossible_plot_is_refused_before_reading(
    tmp_path: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
    plot: str,
    code: int,
    args: str,
) -> None:
    command = ["measure", str(clip), "--source", str(clip), "--plot", str(tmp_path / plot)]
    assert main(command) == code
    captured = capsys.readouterr()
    assert args in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_clip_must_be_named(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(clip)]) == 2
    assert "'--source'; see artengine measure --help" in capsys.readouterr().err


def test_ctrl_c_prints_one_word(
    tmp_path: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fed = 0
    feed = Meter.feed

    def interrupted(self: Meter, picture: Picture) -> None:
        nonlocal fed
        fed += 1
        if fed == 150:  # in the clip, after the film
            os.kill(os.getpid(), signal.SIGINT)
        feed(self, picture)

    monkeypatch.setattr(Meter, "feed", interrupted)
    plot = tmp_path / "life.png"
    command = ["measure", str(clip), "--source", str(clip), "--plot", str(plot)]
    assert main(command) == 130
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-1] == "stopped"
    assert captured.out == ""
    assert not plot.exists()
