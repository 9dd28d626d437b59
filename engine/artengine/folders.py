"""Where the engine keeps a person's presets, plugins and caches."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path


def home() -> Path:
    """The person's own folder; `ARTENGINE_HOME` moves it."""
    moved = os.environ.get("ARTENGINE_HOME")
    return Path(moved).expanduser() if moved else user_config_path("artengine")


def presets() -> Path:
    """The person's presets."""
    return home() / "presets"


def plugins() -> Path:
    """The person's one-file plugins, loaded at every start."""
    return home() / "plugins"


def cache() -> Path:
    """Prepared footage and other things that can be made again; `ARTENGINE_CACHE` moves it."""
    moved = os.environ.get("ARTENGINE_CACHE")
    return Path(moved).expanduser() if moved else user_cache_path("artengine")
