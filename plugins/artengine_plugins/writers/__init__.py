"""The writers that ship with artengine."""

from collections.abc import Sequence

from artengine.api import Writer, hookimpl
from artengine_plugins.writers.mp4 import Mp4
from artengine_plugins.writers.webm import Webm


@hookimpl
def register_writers() -> Sequence[type[Writer]]:
    """Supply the built-in writers."""
    return [Mp4, Webm]
