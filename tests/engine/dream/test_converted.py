"""Dreams without Keras and TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from artengine.cli.program import main

PROGRAM = """
import sys
import artengine
from artengine.cli.program import main
from artengine.plugin_manifest import plugin_entries, read_manifests

artengine.Dream
code = main(sys.argv[1:])
heavy = ("tensorflow", "keras", "torch", "jax", "tf2onnx", "onnx", "h5py", "scipy", "matplotlib")
heavy += ("scenedetect", "huggingface_hub", "librosa", "mido", "PIL", "openvino.tools.ovc")
heavy += ("rich", "imageio_ffmpeg", "artengine.bend")
entries = read_manifests(plugin_entries()).values()
modules = {each.place.partition(":")[0] for told in entries for each in told}
print(sorted(name.rpartition(".")[2] for name in modules if name in sys.modules))
print([name for name in heavy if name in sys.modules])
sys.exit(code)
"""


def imports_of(args: list[str]) -> list[str]:
    """Run a command; return the plugins and the avoidable libraries that it imported."""
    imports_of = subprocess.run(
        [sys.executable, "-c", PROGRAM, *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert imports_of.returncode == 0, imports_of.stderr
    return imports_of.stdout.splitlines()[-2:]


def test_the_first_dream_of_a_packaged_network_needs_no_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
    args = ["dream", "wildfire", "--frames", "1", "--runtime", "openvino"]
    _, heavy = imports_of([*args, "-o", str(tmp_path / "first.mp4")])
    # h5py reads the weights.
    assert heavy == "['h5py']"
    assert len(list((tmp_path / "cache" / "networks").iterdir())) == 2


@pytest.mark.parametrize("runtime", ["", "openvino", "onnxruntime"])
def test_the_second_dream_needs_no_keras_and_only_the_plugins_it_names(
    runtime: str, tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes the same film, also if no runtime is named."""
    pytest.importorskip(runtime or "openvino")
    monkeypatch.delenv("ARTENGINE_RUNTIME")
    monkeypatch.setenv("ARTENGINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tiny_project)
    args = ["--plugin", "tiny_model.py", "dream", "tiny.toml", "--frames", "3", "--size", "32x32"]
    args += ["--runtime", runtime] if runtime else []
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    assert main([*args, "-o", str(first)]) == 0
    assert len(list((tmp_path / "cache" / "networks").iterdir())) == 2
    plugins, heavy = imports_of([*args, "-o", str(second)])
    assert heavy == "[]"
    assert plugins == "['mp4', 'noise', 'synthetic']"
    assert first.read_bytes() == second.read_bytes()
