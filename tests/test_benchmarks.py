"""The benchmark scripts whose results are in the gallery or that developers rely on."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

from artengine.catalog import Catalog
from artengine.model import Model, NetworkState, Tensor

ROOT = Path(__file__).parent.parent
SCENES = {"night": "scene:night-road", "city": "scene:city-rain"}


def script(name: str) -> ModuleType:
    """Import a benchmark script as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tables() -> ModuleType:
    return script("model_table")


@pytest.fixture
def row(tables: ModuleType, catalog: Catalog, tmp_path: Path) -> Any:
    """A function that creates a finished row, with a contact sheet of one colour."""

    def row(model: str, footage: str, minutes: float, shade: int) -> Any:
        preset = tables.preset_for(model, SCENES[footage], minutes, 2000, catalog)
        folder = tmp_path / "table" / f"{model}-{footage}-{minutes:g}min"
        new = tables.Row(model, footage, SCENES[footage], preset, folder)
        folder.mkdir(parents=True)
        scores = dict.fromkeys(("psnr", "psnr_copy", "ssim", "ssim_copy"), 1.0)
        run = {"minutes": minutes, "steps": 5, "frames": 2000, "ms": 7, "vitality": shade / 255}
        record = new.found() | scores | run | {"kinship": 0.5, "death": None}
        new.file(".json").write_text(json.dumps(record), encoding="utf-8")
        Image.new("L", (1000, 8), shade).save(new.file(".jpg"))
        return new

    return row


def page_with(tables: ModuleType, page: Path, folder: Path, *rows: Any) -> str:
    """Write rows to the page, and return its text."""
    tables.gather(folder)
    tables.show(page, folder, rows, ["deep", "swift"])
    return (page / "README.md").read_text(encoding="utf-8")


def shade(picture: Path) -> int:
    with Image.open(picture) as opened:
        return round(float(np.asarray(opened.convert("L")).mean()))


def test_a_page_keeps_rows_of_other_minutes_and_scenes_apart(
    tables: ModuleType, row: Any, tmp_path: Path
) -> None:
    page, folder = tmp_path / "page", tmp_path / "table"
    first = row("swift", "night", 10, 100)
    assert "![swift on night, 10 minutes](swift.jpg)" in page_with(tables, page, folder, first)
    longer, city = row("swift", "night", 60, 150), row("swift", "city", 10, 200)
    shutil.rmtree(first.folder)
    text = page_with(tables, page, folder, longer, city)
    assert text == page_with(tables, page, folder, longer, city)
    learnt, empty = "5 | 1.0 (1.0) | 1.000 (1.000) | 2,000", " |  |  |  |  |"
    for line in (
        f"| swift | city | 10 | {learnt} | 0.78 | 0.50 | none{empty} 7 |  |",
        f"| swift | night | 10 | {learnt} | 0.39 | 0.50 | none{empty} 7 |  |",
        f"| swift | night | 60 | {learnt} | 0.59 | 0.50 | none{empty} 7 |  |",
        "![swift on night, 10 minutes](swift.jpg)",
        "![swift on night, 60 minutes](swift-night-60min.jpg)",
        "![swift on city, 10 minutes](swift-city-10min.jpg)",
    ):
        assert text.splitlines().count(line) == 1, line
    sheets = {"swift": 100, "swift-night-60min": 150, "swift-city-10min": 200}
    assert {name: shade(page / f"{name}.jpg") for name in sheets} == sheets


def test_a_page_without_names_of_sheets_can_be_extended(
    tables: ModuleType, row: Any, tmp_path: Path
) -> None:
    page, folder = tmp_path / "page", tmp_path / "table"
    night = row("swift", "night", 10, 100)
    page_with(tables, page, folder, night)
    lines = page / "table.jsonl"
    (record,) = tables.lines_of(lines)
    del record["sheet"]
    lines.write_text(f"{json.dumps(record)}\n", encoding="utf-8")
    text = page_with(tables, page, folder, row("swift", "city", 10, 200))
    assert "![swift](swift.jpg)" in text
    assert "![swift on city, 10 minutes](swift-city-10min.jpg)" in text
    assert shade(page / "swift.jpg") == 100
    assert "![swift on night, 10 minutes](swift.jpg)" in page_with(tables, page, folder, night)


def test_a_repeated_training_replaces_all_its_rows_on_a_page(
    tables: ModuleType, row: Any, tmp_path: Path
) -> None:
    page, folder = tmp_path / "page", tmp_path / "table"
    first = row("swift", "night", 10, 100)
    page_with(tables, page, folder, first)
    (record,) = tables.lines_of(page / "table.jsonl")
    old = [record, record | {"frames": 5000}, record | {"model": "deep", "sheet": "deep.jpg"}]
    (page / "table.jsonl").write_text(
        "".join(f"{json.dumps(found | {'steps': 3})}\n" for found in old), encoding="utf-8"
    )
    # The sheet of a longer dream is wider.
    Image.new("L", (2000, 8), 50).save(page / "swift.jpg")
    page_with(tables, page, folder, first)
    kept = [(found["model"], found["steps"]) for found in tables.lines_of(page / "table.jsonl")]
    assert kept == [("deep", 3), ("swift", 5)]
    assert shade(page / "swift.jpg") == 100


def test_rows_show_only_what_was_measured(tables: ModuleType, row: Any) -> None:
    record = row("swift", "night", 10, 100).found()
    newer_measures = {"raster": 4.26, "clip_raster": 1.64, "runaway": 0.0123, "novelty": 0.5}
    rows = [
        record | newer_measures | {"longest_replay": 1952, "machine": "2 cores"},
        record | {"raster": None, "novelty": None},
    ]
    new, old = tables.table(rows)[2:]
    assert "| none | 4.3 (1.6) | 1.2% | 0.50 | 1,952 | 7 | 2 cores |" in new
    assert "| none |  |  |  |  | 7 |  |" in old
    assert {line.count("|") for line in tables.table(rows)} == {17}


def test_the_gallerys_page_can_be_read(tables: ModuleType) -> None:
    rows = tables.lines_of(ROOT / "gallery/models/table.jsonl")
    assert len(tables.table(rows)) == len(rows) + 2 > 10
    assert set(tables.pictures(ROOT / "gallery/models", rows)) == {
        file.name for file in (ROOT / "gallery/models").glob("*.jpg")
    }


def test_films_without_a_json_file_are_ignored(tables: ModuleType, row: Any) -> None:
    short = row("swift", "night", 10, 100)
    for name in ("3000.mp4", "best.mp4"):
        (short.folder / name).touch()
    assert tables.longer_film(short) is None
    (short.folder / "3000.json").write_text('{"ms": 7}', encoding="utf-8")
    assert tables.longer_film(short) == short.folder / "3000.mp4"


def test_the_peak_memory_of_a_command_is_measured(capfd: pytest.CaptureFixture[str]) -> None:
    memory = script("memory")
    # --help needs no network, whose import would take most of the time. The script runs in a new
    # process, because the peak of a child starts at that of its parent.
    code = "import json, sys, memory; sys.stdout.write(json.dumps(memory.peak_of(['--help'])))"
    folder = ROOT / "benchmarks"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, check=True)
    status, peak = json.loads(done.stdout.splitlines()[-1])
    assert status == 0
    assert 1e7 < peak < 1e9
    assert memory.peak_of(["no-such-preset"])[0] == 2
    assert "no-such-preset" in capfd.readouterr().err


@pytest.mark.skipif(find_spec("openvino") is None, reason="no openvino here")
def test_a_runtime_that_does_not_support_a_model_is_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import keras

    class Patched(Model):
        """Overlays part of a frame by an operation that OpenVINO does not support."""

        name: ClassVar[str] = "patched"

        def build(self) -> keras.Model:
            context_frames = keras.Input((None, None, 3 * self.context))
            return keras.Model(
                context_frames, keras.layers.Conv2D(3, 3, padding="same")(context_frames)
            )

        def step(
            self,
            network: keras.Model,
            context_frames: Tensor,
            state: NetworkState,
            seed: Tensor,
            *,
            training: bool = False,
        ) -> tuple[Tensor, NetworkState]:
            frame = network(context_frames, training=training)
            start = keras.ops.stack([0, seed[0], 0, 0])
            return keras.ops.slice_update(frame, start, frame[:, :4]), state

    script("runtimes").compare(Patched(context=1), 16, 1, "float32")
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines if " ms, ratio " in line} == {
        "variables",
        "constants",
        "keras",
    }
    (refused,) = (line for line in lines if "openvino" in line)
    assert 'cannot do model "patched"' in refused


def test_all_compared_runtimes_have_the_same_weights() -> None:
    from artengine_plugins.models.swift import Swift

    networks = script("runtimes").networks_of(Swift(width=4), "bfloat16")
    first, *others = networks.values()
    for other in others:
        for one, same in zip(first.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(one, same)


def test_effects_are_timed_along_with_a_network(catalog: Catalog) -> None:
    timer = script("effects")
    frames = timer.footage(catalog, None, 32, 3)
    assert len(frames) == 4
    calls: list[int] = []
    row = timer.measured("trails", catalog.effects["trails"](), lambda: calls.append(1), frames)
    assert calls == [1, 1, 1]
    assert row.passed > 0
    slow = timer.Row("slow", 3.0, 2.0, 2.0, 1.0)
    assert str(slow).endswith("slower than the network")
    assert not str(timer.Row("quick", 1.0, 0.5, 2.0, 1.0)).endswith("network")


def test_effects_are_compared_with_an_earlier_version(catalog: Catalog) -> None:
    timer = script("effects")
    name, values = timer.table("noise:amount=0.02,monochrome=true")
    assert (name, values) == ("noise", {"amount": 0.02, "monochrome": True})
    earlier = timer.Earlier(ROOT / "plugins")
    kind = catalog.effects[name]
    assert earlier.effect(kind) is not kind
    frames = timer.footage(catalog, None, 32, 3)
    line = timer.compared(kind, earlier, values, frames)
    assert line.endswith("apart 0.0e+00")


def test_scenes_are_compared_with_an_earlier_version() -> None:
    timer = script("scenes")
    folder = ROOT / "plugins/artengine_plugins/sources/scenes"
    now, earlier = (timer.Side(name, timer.package_in(folder)) for name in ("now", "earlier"))
    assert "apart    0.0000 levels" in timer.measured("plankton", 32, 4, [now, earlier])
    assert timer.measured("plankton", 32, 4, [now]) == ""
    # The first picture at each of the four times allocates memory and is not timed.
    assert len(now.computed) == 4
    assert str(now).startswith("now      computing")
    with pytest.raises(SystemExit, match="holds no scenes"):
        timer.package_in(folder.parent / "nowhere")
