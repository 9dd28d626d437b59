"""What a dream is computed with: runtime and precision, and what its recipe says of them."""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artengine.catalog import Catalog
from artengine.cli import main
from artengine.dream.session import Dream
from artengine.ffmpeg import metadata
from artengine.nn import precision
from artengine.preset import load_preset

SMALL = ("dream.frames=2", "dream.size=[32, 32]")


def turn(catalog: Catalog, *changes: str) -> Any:
    with Dream(load_preset("night-drive", catalog, [*SMALL, *changes])) as dream:
        return np.stack([turn.prediction for turn in dream.turns()])


def recorded(film: Path) -> dict[str, Any]:
    dream: dict[str, Any] = tomllib.loads(metadata(film)["comment"])["dream"]
    return dream


def test_a_film_says_what_precision_it_was_made_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    film, again = tmp_path / "a.mp4", tmp_path / "b.mp4"
    line = ["dream", "night-drive", "--frames", "2", "--size", "32x32", "-o"]
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    assert main([*line, str(film)]) == 0
    assert recorded(film)["precision"] == "bfloat16"
    # On another machine, the film is dreamt as it was.
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    assert main(["dream", str(film), "-o", str(again)]) == 0
    assert recorded(again)["precision"] == "bfloat16"
    assert film.read_bytes() == again.read_bytes()
    assert main([*line, str(again), "--overwrite"]) == 0
    assert recorded(again)["precision"] == "float32"
    capsys.readouterr()


def test_precisions_dream_differently(catalog: Catalog) -> None:
    one, other = (turn(catalog, f"dream.precision={p}") for p in ("float32", "bfloat16"))
    assert 0 < np.abs(one - other).max() < 0.1


@pytest.mark.skipif(find_spec("openvino") is None, reason="no openvino here")
def test_a_runtime_is_chosen_on_the_command_line(
    catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tmp_path / "film.mp4"
    line = ["dream", "night-drive", "--frames", "2", "--size", "32x32", "-o", str(film)]
    assert main([*line, "--runtime", "openvino", "--set", "dream.precision=float32"]) == 0
    assert recorded(film)["runtime"] == "openvino"
    capsys.readouterr()
    one, other = (
        turn(catalog, f"dream.runtime={runtime}", "dream.precision=float32")
        for runtime in ("keras", "openvino")
    )
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_runtime_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dream", "night-drive", "--runtime", "onnx"]) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert '--runtime: dream.runtime: "onnx" given; allowed: "keras", "openvino"' in told
