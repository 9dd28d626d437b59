"""Converted networks that are cached in a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

pytest.importorskip("openvino")

import openvino
import openvino.opset13 as opset

from artengine.stepping import kept_graphs
from artengine.stepping.graph import Draw, Graph, Specs, UniformDraw
from artengine.stepping.graph_runtime import GraphRuntime
from artengine.stepping.kept_graphs import KeptGraphs
from artengine.stepping.openvino_engine import OpenVinoEngine
from artengine.stepping.used_graphs import UsedGraphs

PLAIN = UniformDraw((3, 2, 2))


class Counted:
    """A model with one number, and its converter, which records its conversions."""

    context, size_divisor, speed = 1, 1, 2.0
    conversions: ClassVar[list[str]] = []

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    @classmethod
    def automatable(cls) -> frozenset[str]:
        return frozenset({"speed"})

    def receptive_field(self) -> int | None:
        return None

    def start(self, specs: Specs) -> Graph:
        self.conversions.append("start")
        return Graph(None, {}, ())

    def step(self, specs: Specs) -> Graph:
        self.conversions.append("step")
        given = []
        for name in ("frame_0", "chance"):
            node = opset.parameter(specs["frame_0"][0], np.float32)
            node.output(0).get_tensor().set_names({f"{name}:0"})
            given.append(node)
        total = opset.add(*given)
        total.output(0).get_tensor().set_names({"prediction:0"})
        model = openvino.Model([total], given)
        return Graph(model, {"chance": self.draw}, ["prediction"])

    def start_by_keras(self, frames: Any, seed: Any) -> Any:
        raise AssertionError

    def bytes_per_pixel(self) -> float | None:
        self.conversions.append("memory")
        return 12.5


RunStep = Callable[..., tuple[float, list[str]]]


@pytest.fixture
def run_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStep:
    """A function that runs a step, and returns its prediction and the list of conversions."""
    monkeypatch.setattr(Counted, "conversions", [])

    def run_step(draw: Draw = PLAIN, **changed: Any) -> Any:
        Counted.conversions.clear()
        model = Counted(draw)
        model.speed = changed.pop("speed", 2.0)
        folder, identity, engine = (
            tmp_path / "networks",
            {"weights": "a", **changed},
            OpenVinoEngine(),
        )
        kept = KeptGraphs(folder, identity, model, engine, lambda: model)
        runtime = GraphRuntime("counted", kept, engine)
        frames = [runtime.put(np.ones((2, 2, 3), np.float32))]
        seed = np.array([1, 2], np.int32)
        frame, _ = runtime.step(frames, runtime.start(frames, seed), seed, {})
        assert kept.bytes_per_pixel() == 12.5
        return float(frame[0, 0, 0]), sorted(Counted.conversions)

    return run_step


ALL = ["memory", "start", "step"]


def test_cached_graphs_are_not_converted_again(run_step: RunStep) -> None:
    first, converted = run_step()
    assert 1.0 < first < 2.0
    assert converted == ALL
    assert run_step() == (first, [])
    # A start with other constants is another graph.
    assert run_step(speed=3.0) == (first, ["start"])
    assert run_step(weights="b")[1] == ALL


def test_a_graph_with_random_numbers_of_tensorflow_is_not_cached(run_step: RunStep) -> None:
    for again in (False, True):
        _, converted = run_step(lambda seed: np.zeros((3, 2, 2), np.float32))
        assert converted == (["step"] if again else ALL)


@pytest.mark.parametrize(
    "harm", ["graph.bin", "graph.xml", "about.json", "foreign", "emptied", "a file", "deep"]
)
def test_a_broken_graph_is_converted_again(run_step: RunStep, harm: str, tmp_path: Path) -> None:
    first, _ = run_step()
    (step,) = (file.parent for file in tmp_path.rglob("graph.xml"))
    if harm == "foreign":
        about = json.loads((step / "about.json").read_text())
        about["key"]["weights"] = "b"
        (step / "about.json").write_text(json.dumps(about))
    elif harm == "emptied":
        shutil.rmtree(step)
        step.mkdir()
    elif harm == "a file":
        shutil.rmtree(step)
        step.touch()
    elif harm == "deep":
        (step / "about.json").write_text("[" * 100_000)
    else:
        (step / harm).write_bytes(b"{}")
    assert run_step() == (first, ["step"])
    assert run_step() == (first, [])


def test_compiled_graphs_are_cached_and_broken_ones_are_replaced(
    run_step: RunStep, tmp_path: Path
) -> None:
    first, _ = run_step()
    (compiled,) = tmp_path.rglob("compiled-*.bin")
    whole = compiled.read_bytes()
    # The second has a valid digest, but is no model of OpenVINO.
    for broken in (whole[:-1] + b"?", sha256(b"").digest(), b""):
        compiled.write_bytes(broken)
        assert run_step() == (first, [])
        content = compiled.read_bytes()
        assert content[:32] == sha256(content[32:]).digest()
        assert len(content) > 1000


def test_graphs_used_by_a_dream_are_prefetched_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dreamt(weights: str = "a") -> float:
        model, engine = Counted(PLAIN), OpenVinoEngine()
        identity = {"weights": weights}
        kept = KeptGraphs(tmp_path / "networks", identity, model, engine, lambda: model)
        kept.read_ahead(UsedGraphs(used))
        runtime = GraphRuntime("counted", kept, engine)
        # A plugin may return frames in float64.
        frames = [runtime.put(np.ones((2, 2, 3), np.float64))]
        np.testing.assert_array_equal(frames[0].planes, np.ones((3, 2, 2), np.float32), strict=True)
        frame, _ = runtime.step(frames, (), np.array([1, 2], np.int32), {})
        return float(frame[0, 0, 0])

    used = tmp_path / "used.json"
    first = dreamt()
    (step,) = (file.parent for file in tmp_path.rglob("graph.xml"))
    assert json.loads(used.read_text()) == [step.name]
    with monkeypatch.context() as patch:
        # The prefetched graph is used.
        patch.delattr("artengine.stepping.openvino_engine.compiled_graph")
        assert dreamt() == first
    (compiled,) = tmp_path.rglob("compiled-*.bin")
    compiled.unlink()
    assert dreamt() == first
    contents = (
        "[" * 100_000,
        "{}",
        "[7]",
        '["../elsewhere"]',
        '["\\u0000"]',
        json.dumps(["a"] * 10_000),
    )
    for broken in contents:
        used.write_text(broken)
        assert dreamt() == first
        assert json.loads(used.read_text()) == [step.name]
    # Another network uses another graph.
    dreamt("b")
    assert json.loads(used.read_text()) != [step.name]


def test_the_number_of_cached_graphs_is_bounded(
    run_step: RunStep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_graphs, "KEPT", 4)
    for weights in "abc":
        run_step(weights=weights)
    assert len(list((tmp_path / "networks").iterdir())) == 4
    assert run_step(weights="c")[1] == []


def test_without_a_folder_each_run_converts(run_step: RunStep, tmp_path: Path) -> None:
    (tmp_path / "networks").write_text("a file")
    first, _ = run_step()
    assert run_step() == (first, ALL)
