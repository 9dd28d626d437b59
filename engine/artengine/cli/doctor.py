"""`artengine doctor`: check the installation."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from artengine import __version__
from artengine.cli.options import AsJson, PluginFiles
from artengine.cli.streams import answer

if TYPE_CHECKING:
    from artengine.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        topic: what it is.
        status: "failed" when the engine cannot work as it is.
        text: what was found, on one line.
    """

    topic: str
    status: Literal["ok", "warning", "failed"]
    text: str


def doctor(plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """Check the installation: versions, ffmpeg, folders, plugins.

    Also finds graphics cards, and dreams three frames as a test. The exit code is 1 if something
    failed; a warning is no failure.

    Examples:

        artengine doctor

        artengine doctor --json
    """
    from artengine.catalog import load_catalog

    catalog = load_catalog(plugin or [], all_sound=False)
    findings = []
    for finding in examine(catalog):
        findings.append(finding)
        if not as_json:
            answer(f"{finding.status:7}  {finding.topic}: {finding.text}")
    if as_json:
        answer(json.dumps([asdict(finding) for finding in findings], indent=2))
    if any(finding.status == "failed" for finding in findings):
        raise typer.Exit(1)


def examine(catalog: Catalog) -> Iterator[Finding]:
    """Look at one thing after the other, the quick ones first."""
    yield from versions()
    yield ffmpeg()
    yield from folders()
    yield from plugins(catalog)
    yield accelerators()
    yield self_test(catalog)


def versions() -> Iterator[Finding]:
    """Versions of Python, the engine and the libraries it computes with, without importing them."""
    from importlib.metadata import packages_distributions, version

    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    yield Finding("artengine", "ok", __version__)
    # TensorFlow and OpenCV come as distributions of several names.
    installed = packages_distributions()
    for module in ("tensorflow", "keras", "numpy", "cv2"):
        if module in installed:
            name = installed[module][0]
            yield Finding(module, "ok", f"{version(name)} ({name})")
        else:
            yield Finding(module, "failed", "is not installed; reinstall artengine")


def ffmpeg() -> Finding:
    """The ffmpeg that reads and writes films."""
    from artengine.errors import SourceError
    from artengine.ffmpeg import ffmpeg_executable

    try:
        executable = ffmpeg_executable()
        told = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (SourceError, OSError, subprocess.SubprocessError) as error:
        return Finding("ffmpeg", "failed", " ".join(str(error).split()))
    words = told.stdout.split()
    return Finding("ffmpeg", "ok", f"{words[2] if len(words) > 2 else 'unknown'} at {executable}")


def folders() -> Iterator[Finding]:
    """The user's own folder, that of plugins in it, and the cache; whether they can be written
    to."""
    from artengine import folders as known

    for topic, folder, variable, use in (
        ("own folder", known.home(), "ARTENGINE_HOME", "presets and plugins of your own"),
        ("plugin folder", known.plugins(), "ARTENGINE_HOME", "each file in it is a plugin"),
        (
            "cache folder",
            known.cache(),
            "ARTENGINE_CACHE",
            "remove it to make room; what is needed of it is made again",
        ),
    ):
        try:
            with tempfile.TemporaryFile(dir=_existing(folder)):
                pass
        except OSError as error:
            said = f"{folder} cannot be written to: {error.strerror}"
            yield Finding(topic, "failed", f"{said}; set {variable} to another")
        else:
            yield Finding(topic, "ok", f"{folder} ({use})")


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if os.path.lexists(parent))


def plugins(catalog: Catalog) -> Iterator[Finding]:
    """Each plugin, with the reason where something in it was set aside."""
    for report in catalog.reports:
        topic = f"plugin {report.plugin}"
        if report.status == "failed":
            yield Finding(topic, "warning", f"{report.reason} ({report.origin})")
        else:
            yield Finding(topic, "ok", ", ".join(report.provides) or "observes runs")
    if not catalog.reports:
        yield Finding("plugins", "failed", "there are none, not even those that ship; reinstall")


def accelerators() -> Finding:
    """What networks can run on. Imports TensorFlow, which takes seconds."""
    try:
        # It loads TensorFlow in silence, so it must come before TensorFlow itself.
        import_module("artengine.nn")
        import tensorflow as tf

        devices = [device.name for device in tf.config.list_physical_devices()]
    except Exception as error:
        said = " ".join(str(error).split())
        return Finding("accelerators", "failed", f"tensorflow cannot be imported: {said}")
    others = [name for name in devices if ":CPU:" not in name]
    cores = os.cpu_count() or 1
    return Finding("accelerators", "ok", ", ".join(others) or f"none; {cores} processor cores")


def self_test(catalog: Catalog) -> Finding:
    """Dream three frames of a small synthetic film, from drawing to encoding."""
    from artengine.dream.render import render
    from artengine.dream.targets import targets
    from artengine.errors import ArtengineError
    from artengine.preset import parse_preset

    try:
        preset = parse_preset(_TEST, catalog)
        from artengine.nn.predictor import Predictor

        predict = Predictor(preset.model, preset.model.build())
        with tempfile.TemporaryDirectory() as folder:
            film = Path(folder) / "test.mp4"
            made = render(
                preset, catalog, targets(preset, catalog, [film], film.parent), predict=predict
            )
            size = film.stat().st_size
    except (ArtengineError, ImportError, OSError) as error:
        return Finding("self-test", "failed", " ".join(str(error).split()))
    return Finding("self-test", "ok", f"dreamt {made.frames} frames into {size} bytes of film")


_TEST = {
    "title": "Self-test",
    "source": {"use": "synthetic"},
    "model": {"use": "swift"},
    "dream": {"frames": 3, "size": [128, 128]},
    "feedback": [{"use": "noise", "amount": 0.1}],
}
