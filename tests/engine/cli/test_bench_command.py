"""`artengine bench`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from artengine.catalog import Catalog
from artengine.cli import main
from artengine.cli.bench import as_text
from artengine.cli.film_bench import STAGES, Film, FilmTiming, Side, advice, as_table
from artengine.cli.interrupt import Interrupt
from artengine.cli.usual_side import Usual, usual_side
from artengine.errors import UsageError
from artengine.nn import bench as timing
from artengine.nn.bench import Timing
from artengine.preset import load_preset
from artengine.stepping.engines import installed_runtimes

QUICK = ["bench", "--model", "swift", "--size", "32", "--size", "48x16", "--seconds", "0.05"]


@pytest.fixture
def small_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use small matrices: those of a real comparison keep all processors busy for seconds."""
    monkeypatch.setattr(timing, "matrix_rate", partial(timing.matrix_rate, side=256, seconds=0.01))


@pytest.mark.usefixtures("small_matrices")
def test_times_the_requested_runtimes_and_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--json"]) == 0
    captured = capsys.readouterr()
    output = json.loads(captured.out)
    assert output["matrix_gflops"]["float32"] > 0.1
    results = [each for each in output["results"] if each["precision"] == "float32"]
    assert [(each["runtime"], each["width"], each["height"]) for each in results] == [
        (runtime, *size) for runtime in installed_runtimes() for size in ((32, 32), (48, 16))
    ]
    for each in results:
        assert each["ms"] > 0
        assert each["frames"] >= 1
        assert each["gflops"] == pytest.approx(1000 * each["gflop"] / each["ms"], rel=1e-2)
        assert each["share"] == pytest.approx(
            each["gflops"] / output["matrix_gflops"]["float32"], rel=0.05
        )
    assert "timing" in captured.err


def test_the_fastest_matrix_product_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime that cannot compute it is left out, and a slower one does not count."""
    clock = itertools.count()
    taking = {"keras": 3, "openvino": 2}

    def multiplying(name: str, *_: object) -> Callable[[], None]:
        if name not in taking:
            raise UsageError("no such arithmetic")

        def once() -> None:
            # Reading the clock before and after takes a tick too.
            for _ in range(taking[name] - 1):
                next(clock)

        return once

    monkeypatch.setattr(timing, "multiplying", multiplying)
    monkeypatch.setattr(timing, "installed_runtimes", lambda: ["keras", "openvino"])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert timing.matrix_rate("float32", side=10, seconds=10) == pytest.approx(2e-9 * 10**3 / 2)
    del taking["openvino"]
    assert timing.matrix_rate("float32", side=10, seconds=10) == pytest.approx(2e-9 * 10**3 / 3)


def test_the_table_of_steps() -> None:
    timings = [
        Timing("swift", "keras", "float32", (256, 256), 12.34, 9, 0.5),
        Timing("swift", "keras", "float32", (64, 32), 2.0, 9, None),
        Timing("pixelcnn", "openvino", "float32", (256, 256), note="it cannot"),
    ]
    assert as_text({"float32": 100.0}, timings).splitlines() == [
        "matrices in float32: 100 GFLOP/s",
        "model     runtime   precision  256x256  share   64x32  share",
        "swift     keras     float32    12.3 ms    41%  2.0 ms      -",
        "pixelcnn  openvino  float32          -      -       -      -",
        "it cannot",
    ]


@pytest.mark.usefixtures("small_matrices")
def test_a_model_of_a_plugin_file_is_timed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(
        """
from typing import ClassVar
from artengine.api import Model, Param, hookimpl

class Mine(Model):
    "A layer."
    name: ClassVar[str] = "mine"

    def build(self):
        import keras
        history = keras.Input((None, None, 3 * self.context))
        return keras.Model(history, keras.layers.Conv2D(3, 1)(history))

class Needy(Mine):
    "Wants a number."
    name: ClassVar[str] = "needy"
    much: int = Param(ge=1)

@hookimpl
def register_models():
    return [Mine, Needy]
""",
        encoding="utf-8",
    )
    line = ["bench", "--plugin", str(mine), "--size", "16", "--seconds", "0.01", "--model"]
    assert main([*line, "mine"]) == 0
    assert "mine" in capsys.readouterr().out
    assert main([*line, "needy"]) == 2
    assert 'model "needy" has no defaults' in capsys.readouterr().err


@pytest.mark.usefixtures("small_matrices")
def test_ctrl_c_prints_the_timings_so_far(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    timings: list[Timing] = []
    time = timing.Subject.time

    def once(*given: Any, **named: Any) -> Timing:
        timings.append(time(*given, **named))
        return timings[-1]

    monkeypatch.setattr(timing.Subject, "time", once)
    monkeypatch.setattr(Interrupt, "__call__", lambda _self: bool(timings))
    assert main([*QUICK, "--json"]) == 130
    output = json.loads(capsys.readouterr().out)
    assert len(output["results"]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "swfit"], '--model: no model "swfit" (did you mean "swift"?); there are: '),
        (["--runtime", "onnx"], '--runtime: no runtime "onnx"; there are: keras'),
        (["--size", "0"], '"0" is not a size'),
        (["--size", "large"], '"large" is not a size'),
    ],
)
def test_unknown_models_runtimes_and_sizes_are_refused(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


@pytest.mark.usefixtures("small_matrices")
def test_films_are_timed_from_start_to_end(
    tiny_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tiny_project)
    # Starting each other installed backend takes seconds.
    monkeypatch.setattr("artengine.cli.film_bench.BACKENDS", ("tensorflow",))
    args = ["bench", "--plugin", "tiny_model.py", "--preset", "tiny.toml", "--runtime", "keras"]
    args += ["--size", "32", "--frames", "4", "--json"]
    assert main(args) == 0
    output = json.loads(capsys.readouterr().out)
    film = next(each for each in output["films"] if each["backend"] == "tensorflow")
    assert (film["preset"], film["runtime"], film["label"]) == (
        "tiny.toml",
        "keras",
        "keras-tensorflow",
    )
    assert (film["width"], film["height"], film["frames"]) == (32, 32, 4)
    assert film["note"] == ""
    assert film["start"] > 0.5
    assert film["processor_seconds"] > 0
    assert set(film["ms"]) == {"source", "network", "effects", "output", "encoder"}
    assert film["ms"]["network"] > 0
    limit = output["matrix_gflops"]["float32"]
    assert film["share"] == pytest.approx(
        film["gflop"] * film["frames_per_second"] / limit, abs=1e-3
    )
    assert output["results"] == []
    assert output["advice"]
    assert list(tiny_project.glob("*.mp4")) == []


def film_timing(side: Side, rate: float | None, **ms: float) -> FilmTiming:
    film = Film("mine", (512, 512), 48)
    if rate is None:
        return FilmTiming(film, side, note="it cannot")
    stages = dict.fromkeys(STAGES, 1.0) | ms
    return FilmTiming(film, side, None, 2.0, rate, 0.05, stages, 1.6, 0.25)


def test_the_table_of_films() -> None:
    timings = [
        film_timing(Side("keras"), 20.0, network=30.0),
        film_timing(Side("keras", "jax"), None),
        film_timing(Side("openvino"), 25.5).of_limit(1.6, 163.2, "bfloat16"),
    ]
    title, heading, *rows = (line for line in as_table(timings) if line)
    assert title == "mine at 512x512, 48 frames; from processor on, milliseconds a frame"
    assert heading.split() == [
        "runtime",
        "precision",
        "start",
        "frames/s",
        "share",
        "processor",
        *STAGES,
    ]
    assert len({len(line) for line in (heading, *rows[:3])}) == 1
    assert [" ".join(line.split()) for line in rows] == [
        "keras-tensorflow float32 2.0 s 20.0 25% 50.0 1.0 30.0 1.0 1.0 1.0",
        "keras-jax float32 - - - - - - - - -",
        "openvino bfloat16 2.0 s 25.5 25% 50.0 1.0 1.0 1.0 1.0 1.0",
        "keras-jax: it cannot",
    ]


KERAS = film_timing(Side("keras"), 20.0, network=30.0)


@pytest.mark.parametrize(
    ("timings", "card", "message"),
    [
        (
            [KERAS, film_timing(Side("openvino"), 30.0)],
            "",
            "--runtime openvino makes mine 1.50 times",
        ),
        ([KERAS], "", "python -m pip install openvino"),
        (
            [KERAS, film_timing(Side("openvino"), 20.0)],
            "",
            "most of the time goes into the network",
        ),
        ([film_timing(Side("openvino"), 20.0, encoder=9.0)], "", "goes into the encoder"),
        ([KERAS], "a card, not used", "a card, not used"),
        ([film_timing(Side("keras"), None)], "a card", "artengine doctor"),
    ],
)
def test_the_advice_names_the_fastest_runtime(
    timings: list[FilmTiming], card: str, message: str
) -> None:
    text = advice(timings, lambda: Usual(Side("keras")), lambda: card)
    assert message in text
    assert "\n" not in text


def test_the_advice_names_the_environment_variable(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = film_timing(Side("openvino"), 30.0).of_limit(1.6, 192.0, "bfloat16")
    monkeypatch.setenv("ARTENGINE_RUNTIME", "keras")
    usual = usual_side(load_preset("daybreak", catalog), quick.film)
    assert advice([KERAS, quick], lambda: usual, str) == (
        "--runtime openvino makes mine 1.50 times as fast as keras, which ARTENGINE_RUNTIME names, "
        "in bfloat16 and not float32; --runtime auto takes what is quickest for each network"
    )
    monkeypatch.setenv("ARTENGINE_RUNTIME", "openvino")
    assert usual_side(load_preset("daybreak", catalog), quick.film).side == Side("openvino")
    named = load_preset("daybreak", catalog, ["dream.runtime=keras"])
    assert usual_side(named, quick.film).name == "keras, which the preset names"
