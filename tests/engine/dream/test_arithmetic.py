"""Runtime and precision of a dream, and how its recipe records them."""

from __future__ import annotations

import shutil
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.catalog import load_catalog
from artengine.cli import main
from artengine.dream.session import Dream
from artengine.ffmpeg import metadata
from artengine.nn import precision
from artengine.preset import load_preset

SMALL = ("dream.frames=2", "dream.size=[32, 32]")


@cache
def turn(*changes: str) -> Any:
    catalog = load_catalog(user_folder=False)
    with Dream(load_preset("night-drive", catalog, [*SMALL, *changes])) as dream:
        return np.stack([turn.prediction for turn in dream.turns()])


def recorded(film: Path) -> dict[str, Any]:
    dream: dict[str, Any] = tomllib.loads(metadata(film)["comment"])["dream"]
    return dream


@pytest.fixture
def line(tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A command that dreams with one convolution, in a folder with the weights."""
    monkeypatch.chdir(shutil.copytree(tiny_project, tmp_path / "project"))
    return ["--plugin", "tiny_model.py", "dream", "tiny.toml", "--frames", "2", "--size", "32x32"]


def test_a_film_records_its_precision(
    line: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    film, again = Path("a.mp4"), Path("b.mp4")
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    assert main([*line, "-o", str(film)]) == 0
    assert recorded(film)["precision"] == "bfloat16"
    # On another machine, the film is dreamt in the recorded precision.
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    assert main([*line[:3], str(film), "-o", str(again)]) == 0
    assert recorded(again)["precision"] == "bfloat16"
    assert film.read_bytes() == again.read_bytes()
    assert main([*line, "-o", str(again), "--overwrite"]) == 0
    assert recorded(again)["precision"] == "float32"
    capsys.readouterr()


def test_films_differ_between_precisions() -> None:
    one, other = (
        turn("dream.runtime=keras", f"dream.precision={p}") for p in ("float32", "bfloat16")
    )
    assert 0 < np.abs(one - other).max() < 0.1


@pytest.mark.skipif(find_spec("openvino") is None, reason="no openvino here")
def test_a_runtime_is_chosen_on_the_command_line(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    film = Path("film.mp4")
    options = ["-o", str(film), "--runtime", "openvino", "--set", "dream.precision=float32"]
    assert main([*line, *options]) == 0
    assert recorded(film)["runtime"] == "openvino"
    capsys.readouterr()
    one, other = (
        turn(f"dream.runtime={runtime}", "dream.precision=float32")
        for runtime in ("keras", "openvino")
    )
    np.testing.assert_allclose(one, other, atol=1e-4)


@cache
def pictures(runtime: str) -> Any:
    """Return the first second of a packaged preset, at a small size."""
    changes = ["dream.frames=24", "dream.size=[48, 48]", "dream.precision=float32"]
    catalog = load_catalog(user_folder=False)
    preset = load_preset("daybreak", catalog, [*changes, f"dream.runtime={runtime}"])
    with Dream(preset) as dream:
        return np.stack(list(dream)).astype(int)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_the_first_frames_equal_those_of_keras(
    runtime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(runtime)
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
    result = pictures(runtime)
    assert len(result) == 24
    assert result.std() > 10
    assert np.abs(result - pictures("keras")).max() <= 1


def test_an_unknown_runtime_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dream", "night-drive", "--runtime", "onnx"]) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert (
        '--runtime: dream.runtime: "onnx" given; allowed: "keras", "openvino", "onnxruntime"' in err
    )
