"""`artengine doctor`: what it finds, and what it reports as missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from artengine.cli import graphics, main
from artengine.cli.accelerators import advice
from artengine.cli.doctor import Finding, devices, folders, versions
from artengine.cli.graphics import Card


def test_a_complete_installation_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("1 / 0", encoding="utf-8")
    assert main(["doctor", "--json", "--plugin", str(bad)]) == 0
    results = {entry["topic"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert results.pop("plugin bad.py") == {
        "topic": "plugin bad.py",
        "status": "warning",
        "text": "ZeroDivisionError: division by zero (bad.py, line 1) (--plugin)",
    }
    assert {entry["status"] for entry in results.values()} == {"ok"}
    topics = {
        "python",
        "artengine",
        "tensorflow",
        "keras",
        "ffmpeg",
        "cache folder",
        "accelerators",
    }
    assert topics <= set(results)
    assert "effect trails" in results["plugin artengine_plugins.effects"]["text"]


def test_a_failed_check_is_reported_and_exits_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "file" / "cache"))
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("failed")]
    assert line == (
        f"failed   cache folder: {tmp_path}/file/cache cannot be written to: Not a directory; "
        "set ARTENGINE_CACHE to another"
    )


def test_missing_folders_are_reported_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "not" / "yet"))
    home = tmp_path / "not" / "yet"
    own, plugins, _ = folders()
    message = f"{home} does not exist; make it, or set ARTENGINE_HOME to another"
    assert own == Finding("own folder", "warning", message)
    assert plugins.text == f"{home / 'plugins'} does not exist yet (every file in it is a plugin)"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="its broken ffmpeg is a POSIX script")
def test_an_ffmpeg_that_does_not_run_is_reported(tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    for named in (tmp_path / "nothing", broken):
        # In a separate process, because the binary is looked up once.
        code = "from artengine.cli.doctor import ffmpeg; f = ffmpeg(); print(f.status, f.text)"
        completed = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"IMAGEIO_FFMPEG_EXE": str(named)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert completed.stdout.startswith("failed ")
        assert completed.stdout.count("\n") == 1


def test_a_tensorflow_that_does_not_import_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    result = devices()
    assert result.status == "failed"
    assert result.text.startswith("tensorflow cannot be imported: ")


def test_versions_are_read_without_importing_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tensorflow", "keras", "cv2"):
        monkeypatch.setitem(sys.modules, module, None)
    assert {finding.status for finding in versions()} == {"ok"}


def test_existing_folders_are_reported_by_their_purpose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugins").mkdir()
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path))
    own, plugins, _ = folders()
    assert own == Finding("own folder", "ok", f"{tmp_path} (your presets and plugins)")
    message = f"{tmp_path / 'plugins'} (every file in it is a plugin)"
    assert plugins == Finding("plugin folder", "ok", message)


@pytest.mark.parametrize(
    ("system", "maker", "installed", "message"),
    [
        ("linux", "nvidia", (), '--runtime keras to compute on it: {} "tensorflow[and-cuda]"'),
        (
            "win32",
            "nvidia",
            (),
            '--runtime onnxruntime to compute on it: {} "artengine[onnxruntime-cuda]"',
        ),
        ("win32", "amd", (), '{} "artengine[onnxruntime-directml]"'),
        ("darwin", "apple", (), '{} "artengine[onnxruntime]"'),
        ("linux", "amd", (), "which no runtime here can use; "),
        (
            "linux",
            "amd",
            (),
            "openvino is often faster on them: {} openvino",
        ),
        ("linux", "intel", ("openvino",), "which no runtime here can use; "),
        ("linux", None, (), "no graphics card; "),
    ],
)
def test_an_unused_graphics_card_is_reported_with_what_to_install(
    system: str, maker: Any, installed: Any, message: str
) -> None:
    cards = [] if maker is None else [Card(maker, "a card")]
    text = advice(cards, {}, system, installed)
    assert message.format("python -m pip install") in text
    assert "\n" not in text


def test_a_used_graphics_card_is_reported_with_its_runtimes() -> None:
    used: Any = {"keras": "/physical_device:GPU:0", "onnxruntime": "CUDA"}
    assert advice([Card("nvidia", "RTX 9")], used, "linux", ["keras"]) == (
        "RTX 9; --runtime keras computes on it (/physical_device:GPU:0), --runtime onnxruntime "
        "computes on it (CUDA)"
    )


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="reads /sys of Linux")
def test_graphics_cards_are_found_without_their_vendors_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, vendor in (("card0", "0x10de"), ("card1", "0x1002"), ("card2", "0x1b36")):
        (tmp_path / name / "device").mkdir(parents=True)
        (tmp_path / name / "device" / "vendor").write_text(f"{vendor}\n", encoding="ascii")
    program = tmp_path / "nvidia-smi"
    monkeypatch.setattr(graphics, "_SMI", (str(program),))
    amd = Card("amd", "an AMD card")
    assert graphics.graphics_cards(tmp_path) == [Card("nvidia", "an NVIDIA card"), amd]
    script = b"#!/bin/sh\necho 'GPU 0: NVIDIA RTX 9 (UUID: GPU-1)\n\xff\xfe'\n"
    program.write_bytes(script)
    program.chmod(0o755)
    assert graphics.graphics_cards(tmp_path) == [Card("nvidia", "NVIDIA RTX 9"), amd]
