"""Plugins with known parameters for the tests of presets, and separate folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from artengine.catalog import Catalog, load_catalog
from artengine.errors import PresetError
from artengine.preset import load_preset

PLUGINS = '''
from typing import Any, ClassVar
from artengine.api import Effect, Model, Param, Source, Writer, hookimpl


class Tape(Source):
    """Play a test's tape."""
    name: ClassVar[str] = "tape"
    path: str = Param(path=True)
    """The tape."""
    more: tuple[str, ...] = Param((), path=True)
    """More tapes."""
    speed: float = Param(1.0, gt=0)
    """How fast."""
    def open(self, size: Any = None, fps: Any = None) -> Any:
        raise NotImplementedError


class Void(Source):
    """Show nothing."""
    name: ClassVar[str] = "void"
    grey: float = Param(0.5, ge=0, le=1)
    """How bright."""
    def open(self, size: Any = None, fps: Any = None) -> Any:
        raise NotImplementedError


class Net(Model):
    """Predict nothing."""
    name: ClassVar[str] = "net"
    width: int = Param(8, ge=1)
    """How wide."""
    heat: float = Param(1.0, ge=0, le=2, automatable=True)
    """How wild."""
    def build(self) -> Any:
        raise NotImplementedError


class Grain(Effect):
    """Grain a test's frames."""
    name: ClassVar[str] = "grain"
    amount: float = Param(0.1, ge=0, le=1)
    """How much."""
    picture: str = Param("", path=True)
    """Where."""
    _count: int = 0
    def apply(self, frame: Any, now: Any) -> Any:
        self._count += 1
        return frame + self._count


class Enlarge(Effect):
    """Enlarge a test's frames."""
    name: ClassVar[str] = "enlarge"
    factor: int = Param(2, ge=1, le=4, automatable=False)
    """How many times."""
    def apply(self, frame: Any, now: Any) -> Any:
        return frame.repeat(self.factor, 0).repeat(self.factor, 1)
    def output_size(self, size: Any) -> Any:
        return size[0] * self.factor, size[1] * self.factor


class Lost(Effect):
    """An effect that does not know its size."""
    name: ClassVar[str] = "lost"
    def apply(self, frame: Any, now: Any) -> Any:
        return frame
    def output_size(self, size: Any) -> Any:
        raise LookupError("no map")


class Reel(Writer):
    """Write a reel."""
    name: ClassVar[str] = "reel"
    suffixes: ClassVar[tuple[str, ...]] = (".reel", ".reel.gz")
    def open(self, target: Any, film: Any) -> Any:
        raise NotImplementedError


class Screen(Writer):
    """Show it."""
    name: ClassVar[str] = "screen"
    suffixes: ClassVar[tuple[str, ...]] = ()
    def open(self, target: Any, film: Any) -> Any:
        raise NotImplementedError


@hookimpl
def register_sources() -> Any:
    return [Tape, Void]


@hookimpl
def register_models() -> Any:
    return [Net]


@hookimpl
def register_effects() -> Any:
    return [Grain, Enlarge, Lost]


@hookimpl
def register_writers() -> Any:
    return [Reel, Screen]
'''

Write = Callable[[str, str], Path]
Problems = Callable[..., list[str]]


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The installed plugins and the plugins above."""
    file = tmp_path_factory.mktemp("plugins") / "parts.py"
    file.write_text(PLUGINS, encoding="utf-8")
    return load_catalog([file], user_folder=False)


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a test, next to the user's own folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def write(workplace: Path) -> Write:
    """A function that writes a file into the working folder."""

    def write(name: str, text: str) -> Path:
        path = workplace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def problems(plugins: Catalog) -> Problems:
    """A function that returns the error lines of a preset."""

    def problems(where: str | Path, *overrides: str) -> list[str]:
        with pytest.raises(PresetError) as caught:
            load_preset(where, plugins, overrides)
        assert str(caught.value) == "\n".join(caught.value.problems)
        return caught.value.problems

    return problems
