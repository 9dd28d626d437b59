"""Graphs without weights, stored on disk and filled."""

from __future__ import annotations

import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import h5py
import numpy as np
import pytest

from artengine.stepping import graph_template
from artengine.stepping.filled_graphs import Templates, template_name
from artengine.stepping.graph import Specs, UniformDraw
from artengine.stepping.graph_template import Gap, GraphTemplate, TemplateFile
from artengine.traced_code import traced_code

INPUTS: Specs = {"frame_0": ((3, 4, 6), "float32"), "seed": ((2,), "int32")}
STEP = GraphTemplate(
    method="step",
    inputs=INPUTS,
    numbers={},
    draws={"node_1": UniformDraw((2, 3), (("set", (1, 2)), ("xor", (3, 4))))},
    outputs=["prediction"],
    gaps=[Gap(2, "a/0", (2,), "uint8"), Gap(2, "count", (), "int32"), Gap(3, "b", (1,), "<f4")],
    graph=b"<\n!>",
)
START = replace(STEP, method="start", numbers={"speed": 0.5}, gaps=[], graph=b"start")


class Moving:
    """A model with one automatable number."""

    context, size_divisor = 1, 1
    speed: ClassVar[float] = 0.5

    @classmethod
    def automatable(cls) -> frozenset[str]:
        return frozenset({"speed"})

    def receptive_field(self) -> int | None:
        return None


FILE = TemplateFile(
    {"use": "moving", "width": 4}, traced_code(Moving, []), {"keras": "3"}, 12.5, [START, STEP]
)


def write_weights(path: Path, **changed: Any) -> Path:
    arrays = {
        "a/0": np.array([7, 8], np.uint8),
        "count": np.array(5, np.int32),
        "b": np.array([0.5], np.float32),
    }
    with h5py.File(path, "w") as file:
        for name, array in {**arrays, **changed}.items():
            if array is not None:
                file[name] = array
    return path


def test_a_file_round_trips(tmp_path: Path) -> None:
    FILE.write(tmp_path / "a.graphs.xz")
    assert TemplateFile.read(tmp_path / "a.graphs.xz") == FILE


def replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    whole = lzma.decompress(content)
    assert old in whole, whole
    return lzma.compress(whole.replace(old, new))


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: content[:-20],
        lambda content: b"",
        lambda content: lzma.compress(b"{}\n"),
        lambda content: replaced(content, b'"format": 1', b'"format": 0'),
        lambda content: replaced(content, b'"xor"', b'"or"'),
        lambda content: lzma.compress(b"[" * 100_000),
        lambda content: replaced(content, b'"numbers": {}', b'"numbers": []'),
        lambda content: replaced(content, b'"speed": 0.5', b'"speed": "fast"'),
        lambda content: replaced(content, b"12.5", b" NaN"),
    ],
)
def test_a_broken_file_is_ignored(harm: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / template_name(FILE.model, (6, 4))
    FILE.write(path)
    templates = Templates([tmp_path], FILE.model, Moving())
    assert templates.find("step", INPUTS) == STEP
    path.write_bytes(harm(path.read_bytes()))
    assert templates.find("step", INPUTS) is None


def test_a_decompression_bomb_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FILE.write(tmp_path / "a.graphs.xz")
    monkeypatch.setattr(graph_template, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="too large"):
        TemplateFile.read(tmp_path / "a.graphs.xz")


def test_weights_are_filled_into_their_constants(tmp_path: Path) -> None:
    with h5py.File(write_weights(tmp_path / "whole.h5"), "r") as file:
        assert STEP.filled(file) == b"<\n\x07\x08\x05\x00\x00\x00!\x00\x00\x00\x3f>"


@pytest.mark.parametrize(
    "changed",
    [
        {"b": None},
        {"b": np.array([0.5, 1.0], np.float32)},
        {"b": np.array([0.5], np.float64)},
        {"b": np.array([np.nan], np.float32)},
    ],
)
def test_other_weights_are_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    path = write_weights(tmp_path / "other.h5", **changed)
    with h5py.File(path, "r") as file, pytest.raises((KeyError, ValueError)):
        STEP.filled(file)


def test_a_template_is_found_for_its_model_size_and_numbers(tmp_path: Path) -> None:
    FILE.write(tmp_path / template_name(FILE.model, (6, 4)))
    model = Moving()
    templates = Templates([tmp_path / "none", tmp_path], FILE.model, model)
    assert templates.find("start", INPUTS) == START
    assert templates.bytes_per_pixel() == 12.5
    assert templates.covers((6, 4))
    assert not templates.covers((4, 6))
    assert templates.find("step", {**INPUTS, "frame_0": ((3, 6, 4), "float32")}) is None
    assert templates.find("step", {**INPUTS, "value_speed": ((), "float32")}) is None
    model.speed = 1.0  # type: ignore[misc]
    assert templates.find("start", INPUTS) is None
    assert templates.find("step", INPUTS) == STEP
    assert Templates([tmp_path], {**FILE.model, "width": 5}, model).find("step", INPUTS) is None
    replace(FILE, code={"artengine/nn/trace.py": ("0", "0")}).write(
        tmp_path / template_name(FILE.model, (6, 4))
    )
    assert templates.find("step", INPUTS) is None
