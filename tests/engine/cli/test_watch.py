"""`artengine dream --watch`: a preview that follows what is edited."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from artengine.catalog import Catalog, load_catalog
from artengine.cli import main
from artengine.dream.parts import network_key
from artengine.dream.session import Dream
from artengine.dream.targets import targets
from artengine.dream.watch import Previews
from artengine.dream.watched_files import WatchedFiles
from artengine.preset import load_preset
from artengine.resolve import resolve
from artengine.weights import build_network

SHADE = '''
from typing import ClassVar
from artengine.api import Effect, Param, hookimpl

class Shade(Effect):
    """The picture in another light."""

    name: ClassVar[str] = "shade"
    amount: float = Param(0.5, ge=0, le=1)
    """How much of the light is left."""

    def apply(self, frame, now):
        return frame * self.amount

@hookimpl
def register_effects():
    return [Shade]
'''

LOOK = """
extends = "./tiny.toml"
[[output]]
use = "shade"
amount = {amount}
"""

REMEMBERS = """
[[feedback]]
use = "trails"
decay = 0.5
[[bend]]
layer = "conv2d"
operation = "scale"
amount = 1.4
"""

POSTER = "output.posterise.at=end"


@pytest.fixture
def folder(tiny_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "look"
    shutil.copytree(tiny_project, folder)
    (folder / "shade.py").write_text(SHADE, encoding="utf-8")
    (folder / "look.toml").write_text(LOOK.format(amount=0.5), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


class Watching:
    """A process that watches, and its output."""

    def __init__(self, process: Any, stderr: Path, picture: Path) -> None:
        self.process, self._output, self._picture = process, stderr, picture
        self._read = 0

    def lines(self, count: int) -> list[str]:
        """Return the next lines of its output."""
        began = time.monotonic()
        while len(lines := self._output.read_text().splitlines()[self._read :]) < count:
            assert self.process.poll() is None, self._output.read_text()
            assert time.monotonic() - began < 90, self._output.read_text()
            time.sleep(0.02)
        self._read += count
        return lines[:count]

    def picture(self) -> np.ndarray[Any, Any]:
        return np.asarray(Image.open(self._picture))


@pytest.fixture
def watching(folder: Path, start: Callable[..., Any], tmp_path: Path) -> Watching:
    plugins = ["--plugin", "tiny_model.py", "--plugin", "shade.py"]
    process = start("dream", "look.toml", "--watch", "-o", "look.png", *plugins)
    return Watching(process, tmp_path / "0.err", folder / "look.png")


def save(file: Path, text: str) -> None:
    """Save atomically, as editors do."""
    half = file.with_name(f"{file.name}~")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_preview_follows_its_preset_and_its_plugin(folder: Path, watching: Watching) -> None:
    first, second = watching.lines(2)
    assert first.startswith("look: 6 frames in ")
    assert second == "watching 5 files; press Ctrl-C to end"
    bright = watching.picture()

    save(folder / "look.toml", LOOK.format(amount=0.25))
    watching.lines(1)
    dark = watching.picture()
    assert dark.mean() < 0.7 * bright.mean()

    # A mistake is reported in one line, and the picture stays.
    save(folder / "look.toml", LOOK.format(amount=7) + "x = 1")
    (message,) = watching.lines(1)
    assert message.startswith("error: look.toml: output.shade.amount: 7 given")
    assert message.endswith(" (and 1 more)")
    assert np.array_equal(watching.picture(), dark)
    save(folder / "look.toml", LOOK.format(amount=0.25))
    watching.lines(1)

    save(folder / "shade.py", SHADE.replace("frame *", "frame +"))
    watching.lines(1)
    assert watching.picture().mean() > bright.mean()
    save(folder / "shade.py", SHADE.replace("frame *", "frame @ 0 *"))
    (message,) = watching.lines(1)
    assert message.startswith("error: output.shade failed at frame 0")
    assert watching.picture().mean() > bright.mean()

    # The same holds for a mistake in a preset that it extends.
    tiny = (folder / "tiny.toml").read_text(encoding="utf-8")
    save(folder / "tiny.toml", tiny.replace("seed = 5", "seed = ?"))
    (message,) = watching.lines(1)
    assert message.startswith("error: ")
    save(folder / "shade.py", SHADE)
    watching.lines(1)
    save(folder / "tiny.toml", tiny.replace("seed = 5", "seed = 6"))
    watching.lines(1)

    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(timeout=60) == 130
    assert watching.lines(1) == ["stopped"]
    names = {path.name for path in folder.iterdir() if path.name[0] != "_"}
    files = {"look.toml", "look.png", "tiny.toml", "tiny.weights.h5", "tiny.json"}
    assert names == files | {"tiny_model.py", "shade.py"}
    # The picture equals the preview that a separate command renders.
    plugins = ["--plugin", "tiny_model.py", "--plugin", "shade.py"]
    assert main(["dream", "look.toml", "--preview", "-o", "whole.sheet.png", *plugins]) == 0
    assert np.array_equal(np.asarray(Image.open("whole.sheet.png")), watching.picture())


def pictures(file: Path) -> list[np.ndarray[Any, Any]]:
    frames = [np.asarray(Image.open(path)) for path in sorted(file.glob("*.png"))]
    assert frames
    return frames


def test_a_preview_continues_from_a_frame_with_the_loaded_network(
    folder: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []

    def build(*overrides: Any) -> Any:
        loads.append(overrides)
        return build_network(*overrides)

    monkeypatch.setattr("artengine.dream.parts.build_network", build)
    # Reloaded plugins are the same as long as their files are.
    file = folder / "tiny.toml"
    file.write_text(file.read_text("utf-8") + REMEMBERS, encoding="utf-8")
    before, after = (
        load_preset(file, load_catalog([tiny_model]), overrides)
        for overrides in ((), ("feedback.trails.decay=0.9", "bend.scale.amount=0.6", POSTER))
    )
    to = targets(before, before.catalog, [Path("from.png")], Path())
    previews = Previews(to, begin=lambda _fps, frames: frames - 2)

    # The unchanged preset: the film's last frames.
    assert previews.render(before) == 2
    with Dream(before) as dream:
        assert all(map(np.array_equal, pictures(folder / "from"), list(dream)[-2:]))
    loads.clear()

    # A changed preset continues as if it had been changed while the film played.
    assert previews.render(after) == 2
    with Dream(
        after.with_values({"feedback.trails.decay": 0.5, "bend.scale.amount": 1.4})
    ) as dream:
        dream.set("feedback.trails.decay", 0.9, 4)
        dream.set("bend.scale.amount", 0.6, 4)
        assert all(map(np.array_equal, pictures(folder / "from"), list(dream)[-2:]))
    assert len(loads) == 1

    # A preset with another seed is dreamt from its first frame.
    again = after.with_values({"seed": 6})
    assert previews.render(again) == 2
    with Dream(again) as dream:
        assert all(map(np.array_equal, pictures(folder / "from"), list(dream)[-2:]))


def test_undoing_a_change_restores_the_film(folder: Path, tiny_model: Path) -> None:
    file = folder / "tiny.toml"
    file.write_text(file.read_text("utf-8") + REMEMBERS, encoding="utf-8")
    catalog = load_catalog([tiny_model])
    with_trails = load_preset(file, catalog)
    without = load_preset(file, catalog, ["feedback.trails.remove=true"])
    to = targets(with_trails, catalog, [Path("from.png")], Path())
    previews = Previews(to, begin=lambda _fps, frames: frames - 2)
    previews.render(with_trails)
    first = pictures(folder / "from")
    previews.render(without)
    previews.render(with_trails)
    assert all(map(np.array_equal, pictures(folder / "from"), first))


def test_watching_survives_missing_and_blocked_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, look, tiny = folder / "out", folder / "look.toml", folder / "tiny.toml"
    out.mkdir()
    text = tiny.read_text(encoding="utf-8")

    def vanish() -> None:
        shutil.rmtree(out)
        look.write_text(LOOK.format(amount=0.4), encoding="utf-8")

    def block() -> None:
        (out / "look.png").mkdir(parents=True)
        (out / "look.png" / "mine.txt").touch()
        look.write_text(LOOK.format(amount=0.3), encoding="utf-8")

    steps: list[tuple[Callable[[], object], str]] = [
        (tiny.unlink, 'error: look.toml: extends: no preset at "./tiny.toml"'),
        (lambda: tiny.write_text(text, encoding="utf-8"), "look: 6 frames in "),
        (vanish, "error: out/look.png: cannot be written: no such file or directory"),
        (block, "error: out/look.png is a folder where a file would go and is kept"),
    ]
    left = iter(steps)

    def wait(files: WatchedFiles) -> None:
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step[0]()
        assert files.changed()

    monkeypatch.setattr(WatchedFiles, "wait", wait)
    plugins = ["--plugin", "tiny_model.py", "--plugin", "shade.py"]
    assert main(["dream", "look.toml", "--watch", "-o", "out/look.png", *plugins]) == 130
    message = capsys.readouterr().err.replace("\\", "/").splitlines()[2:-1]
    for line, (_, start) in zip(message, steps, strict=True):
        assert line.startswith(start)
    assert [path.name for path in out.rglob("*")] == ["look.png", "mine.txt"]


def test_a_file_is_distinguished_from_a_folder_of_the_same_name(tmp_path: Path) -> None:
    file, package = tmp_path / "look.toml", tmp_path / "glow"
    package.mkdir()
    file.touch()
    (package / "__init__.py").touch()
    files = WatchedFiles()
    files.look([file, package, tmp_path / "missing"])
    assert len(files) == 2
    changes: list[Callable[[], object]] = [
        (package / "more.py").touch,
        file.unlink,
        file.mkdir,
        file.rmdir,
        file.touch,
        (tmp_path / "missing").touch,
        lambda: shutil.rmtree(package),
        package.touch,
    ]
    for number, change in enumerate(changes):
        change()
        assert files.changed(), number
        files.look([file, package, tmp_path / "missing"])
        assert not files.changed()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--from", "2s"], "--from goes with --watch"),
        (["--watch", "--from", "soon"], '--from: "soon" is no place in a film'),
        (["--watch", "--from", "6"], "--from: 6 is after the film's last frame, 5"),
        (["--watch", "--json"], "--watch and --json exclude each other"),
        (
            ["--watch", "--set", "writers.0.path=b.mp4"],
            "--set writers.0.path=b.mp4: has no effect on what --watch writes; leave one of the",
        ),
        (
            ["--watch", "-o", "c.gif", "--set", "writers=[{use='mp4'}]"],
            "has no effect on what --output names",
        ),
    ],
)
def test_mistakes_are_one_line(
    args: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dream", "tiny.toml", "--plugin", "tiny_model.py", *args]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(folder.glob("*.jpg"))


def test_only_parameters_that_shape_the_network_change_its_key(catalog: Catalog) -> None:
    before, same, after = (
        network_key(resolve(load_preset("night-road", catalog, overrides)))
        for overrides in ((), ("model.pull=0.5",), ("model.jitter=8",))
    )
    assert before == same != after
