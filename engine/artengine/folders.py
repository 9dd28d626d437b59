"""The folders of the user's presets, plugins and caches."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path

from artengine.errors import UsageError


def home() -> Path:
    """Return the user's folder; `ARTENGINE_HOME` overrides it.

    Raises:
        UsageError: when `ARTENGINE_HOME` begins with the home folder of a user that does not exist.
    """
    return _moved("ARTENGINE_HOME") or user_config_path("artengine")


def presets() -> Path:
    """Return the folder of the user's presets. Raises `UsageError` as `home` does."""
    return home() / "presets"


def plugins() -> Path:
    """Return the folder of plugins loaded at every start. Raises `UsageError` as `home` does."""
    return home() / "plugins"


def cache() -> Path:
    """Return the folder of prepared footage and other caches; `ARTENGINE_CACHE` overrides it.

    Raises:
        UsageError: when `ARTENGINE_CACHE` begins with the home folder of a user that does not
            exist.
    """
    return _moved("ARTENGINE_CACHE") or user_cache_path("artengine")


def _moved(variable: str) -> Path | None:
    """The folder that an environment variable names, or None if it is not set."""
    given = os.environ.get(variable)
    if not given:
        return None
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise UsageError(
            f'{variable}="{given}": there is no such user; set it to a folder as /path/to/folder'
        ) from None
