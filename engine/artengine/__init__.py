"""artengine: a network learns a clip, then dreams endless video from it.

From Python:

    from artengine import Dream, clip, load_preset, show

    with Dream(load_preset("night-drive", "dream.frames=48")) as dream:
        film = clip(dream, "night.mp4", fps=dream.fps)
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artengine.notebook import Clip, Dream, Preset, clip, installed, load_preset, show

__version__ = "0.2.0"

__all__ = ["Clip", "Dream", "Preset", "__version__", "clip", "installed", "load_preset", "show"]

# Silence TensorFlow's start-up messages on standard error. The variable must be set before its
# first import, which may happen in any part of the engine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def __getattr__(name: str) -> Any:
    # Imported lazily, so that the command line starts without these modules.
    if name in __all__:
        from artengine import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
