"""`artengine doctor`: check the installation."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from artengine import __version__
from artengine.cli.accelerators import accelerators
from artengine.cli.options import AsJson, PluginFiles
from artengine.cli.streams import answer
from artengine.counts import counted
from artengine.errors import one_line

if TYPE_CHECKING:
    from artengine.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Args:
        topic: what was checked.
        status: "failed" when the engine cannot work.
        text: what was found, on one line.
    """

    topic: str
    status: Literal["ok", "warning", "failed"]
    text: str


def doctor(plugin: PluginFiles = None, as_json: AsJson = False) -> None:
    """Check the installation: versions, ffmpeg, folders, plugins.

    Also looks for graphics cards, and dreams three frames as a test. The exit code is 1 if a check
    failed; warnings do not count.

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
    """Run every check, the fast ones first."""
    yield from versions()
    yield ffmpeg()
    yield from folders()
    yield from plugins(catalog)
    yield runtimes()
    yield devices()
    yield self_test(catalog)


def versions() -> Iterator[Finding]:
    """Report the versions of Python, the engine and its main libraries, without importing them."""
    from importlib.metadata import packages_distributions, version

    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    yield Finding("artengine", "ok", __version__)
    # TensorFlow and OpenCV are distributed under several names.
    installed = packages_distributions()
    for module in ("tensorflow", "keras", "openvino", "numpy", "cv2"):
        if module in installed:
            name = installed[module][0]
            yield Finding(module, "ok", f"{version(name)} ({name})")
        else:
            # Without OpenVINO, networks run on Keras.
            status: Literal["warning", "failed"] = "warning" if module == "openvino" else "failed"
            yield Finding(module, status, "is not installed; reinstall artengine")


def ffmpeg() -> Finding:
    """Check the ffmpeg that reads and writes films."""
    from artengine.errors import SourceError
    from artengine.ffmpeg import ffmpeg_executable

    try:
        executable = ffmpeg_executable()
        done = subprocess.run([executable, "-version"], capture_output=True, check=True, timeout=30)
    except (SourceError, OSError, subprocess.SubprocessError) as error:
        return Finding("ffmpeg", "failed", one_line(str(error)))
    words = done.stdout.decode("utf-8", errors="replace").split()
    return Finding("ffmpeg", "ok", f"{words[2] if len(words) > 2 else 'unknown'} at {executable}")


def folders() -> Iterator[Finding]:
    """Check that the user's folder, the plugin folder in it and the cache are writable."""
    from artengine import folders as known

    for topic, named, variable, use in (
        ("own folder", known.home, "ARTENGINE_HOME", "your presets and plugins"),
        ("plugin folder", known.plugins, "ARTENGINE_HOME", "every file in it is a plugin"),
        (
            "cache folder",
            known.cache,
            "ARTENGINE_CACHE",
            "clips, sounds, networks; may be deleted",
        ),
    ):
        yield _folder(topic, named, variable, use)


def _folder(topic: str, named: Callable[[], Path], variable: str, use: str) -> Finding:
    from artengine.errors import UsageError

    try:
        folder = named()
    except UsageError as error:
        return Finding(topic, "failed", str(error))
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            pass
    except OSError as error:
        message = f"{folder} cannot be written to: {error.strerror}"
        return Finding(topic, "failed", f"{message}; set {variable} to another")
    if folder.is_dir():
        return Finding(topic, "ok", f"{folder} ({use})")
    if topic == "own folder" and variable in os.environ:
        message = f"{folder} does not exist; make it, or set {variable} to another"
        return Finding(topic, "warning", message)
    return Finding(topic, "ok", f"{folder} does not exist yet ({use})")


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if os.path.lexists(parent))


def plugins(catalog: Catalog) -> Iterator[Finding]:
    """Report each plugin, with the reason if part of it cannot be used."""
    # A plugin that only its manifest describes may be broken.
    catalog.import_all()
    for report in catalog.reports:
        topic = f"plugin {report.plugin}"
        if report.status == "failed":
            yield Finding(topic, "warning", f"{report.reason} ({report.origin})")
        else:
            yield Finding(topic, "ok", ", ".join(report.provides) or "observes runs")
    if not catalog.reports:
        yield Finding("plugins", "failed", "none, not even the built-in ones; reinstall artengine")


def runtimes() -> Finding:
    """Report the installed runtimes, and the default one."""
    from artengine.default_runtime import VARIABLE, runtime_of_environment, suits_machine
    from artengine.errors import UsageError
    from artengine.stepping.engines import engine_for, installed_runtimes

    found = ", ".join(installed_runtimes())
    try:
        engine_for("openvino", "float32")
        named = runtime_of_environment()
    except UsageError as error:
        return Finding("runtimes", "warning", f"{found}; {error}")
    if named != "default":
        return Finding("runtimes", "ok", f"{found}; {VARIABLE}={named} where none is named")
    usual = "openvino, and keras for what it cannot do," if suits_machine() else "keras"
    return Finding("runtimes", "ok", f"{found}; {usual} where none is named")


def devices() -> Finding:
    """Report what networks can run on. Imports TensorFlow, which takes seconds."""
    from artengine.errors import ArtengineError

    try:
        found = accelerators()
    except ArtengineError as error:
        return Finding("accelerators", "failed", str(error))
    except Exception as error:
        message = one_line(str(error))
        return Finding("accelerators", "failed", f"tensorflow cannot be imported: {message}")
    return Finding("accelerators", "ok", found)


def self_test(catalog: Catalog) -> Finding:
    """Dream three small frames of a synthetic scene and encode them."""
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
        return Finding("self-test", "failed", one_line(str(error)))
    return Finding(
        "self-test", "ok", f"dreamt {counted(made.frames, 'frame')} into {size:,} bytes of film"
    )


_TEST = {
    "title": "Self-test",
    "source": {"use": "synthetic"},
    "model": {"use": "swift"},
    "dream": {"frames": 3, "size": [128, 128]},
    "feedback": [{"use": "noise", "amount": 0.1}],
}
