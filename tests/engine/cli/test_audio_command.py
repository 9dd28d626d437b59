"""`artengine audio`: length, onsets, tempo and plot of a sound."""

from __future__ import annotations

import json
import sys
import wave
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from artengine.cli import main


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a second of four clicks and a second of silence; librosa is not installed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "librosa.beat", None)
    sound = np.zeros(44_100)
    for first in range(4410, 44_100, 11_025):
        sound[first : first + 220] += 0.9 * np.exp(-np.arange(220) / 40)
    for name, samples in {"clicks.wav": sound, "silence.wav": 0 * sound}.items():
        with wave.open(name, "wb") as file:
            file.setparams((1, 2, 44_100, 0, "NONE", ""))
            file.writeframes((samples * 32767).astype("<i2").tobytes())


def test_prints_length_and_onsets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audio", "clicks.wav"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "length: 1.000 s (0:01.0)\nonsets: 4\n"
    assert 'python -m pip install "artengine[audio]"' in printed.err
    assert main(["audio", "clicks.wav", "--json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert output["seconds"] == 1.0
    assert output["bpm"] is None
    np.testing.assert_allclose(output["onsets"], [0.1, 0.35, 0.6, 0.85], atol=0.003)


def test_silence_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audio", "silence.wav"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "length: 1.000 s (0:01.0)\nsilent\n"
    assert not printed.err


def test_the_tempo_is_computed_from_the_beats_of_librosa(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: dict[str, Any] = {}

    def tempo(**given: Any) -> list[float]:
        seen["tempo"] = given
        return [118.0]

    def beat_track(**given: Any) -> tuple[float, npt.NDArray[np.float64]]:
        seen["beats"] = given
        return 118.0, np.array([0.1, 0.35, 0.6, 0.85])

    for name, function in {"feature": tempo, "beat": beat_track}.items():
        module = ModuleType(f"librosa.{name}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, f"librosa.{name}", module)
    monkeypatch.setitem(sys.modules, "librosa", ModuleType("librosa"))
    assert main(["audio", "clicks.wav"]) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("tempo: 240.0 beats a minute\n")
    assert not printed.err
    struck = seen["beats"]["onset_envelope"]
    assert seen["beats"]["sr"] / seen["beats"]["hop_length"] == len(struck) - 1 == 200
    assert np.flatnonzero(struck > 0.9 * struck.max()) / 200 == pytest.approx(
        [0.1, 0.35, 0.6, 0.85], abs=0.01
    )
    assert seen["beats"]["bpm"] == 118.0
    assert 5 * len(seen["tempo"]["onset_envelope"]) >= len(struck)
    # The beats are cached.
    monkeypatch.setitem(sys.modules, "librosa.beat", None)
    assert main(["audio", "clicks.wav", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["beats"] == [0.1, 0.35, 0.6, 0.85]


def test_features_are_plotted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audio", "clicks.wav", "-o", "a.png"]) == 0
    assert capsys.readouterr().err.endswith("plot: a.png\n")
    with Image.open("a.png") as picture:
        assert len(set(picture.convert("L").tobytes())) > 10


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.wav"], 5, "there is no file none.wav"),
        (["."], 5, "is a folder; give a sound or video file"),
        (["clicks.wav", "-o", "a.jpg"], 2, "end its name in .png"),
        (["clicks.wav", "-o", "no/a.png"], 6, "cannot write no/a.png"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audio", *arguments]) == code
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert message in error
