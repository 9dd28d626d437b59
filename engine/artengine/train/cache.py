"""A cache of prepared footage."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from artengine import folders
from artengine.settings import TrainSettings
from artengine.source import Source
from artengine.train.prepare import Preparation, Progress
from artengine.train.shape import training_size


def prepared(
    source: Source,
    settings: TrainSettings,
    progress: Progress | None = None,
    waiting: Callable[[], None] = lambda: None,
) -> Path:
    """Prepare a source for training, or return it from the cache.

    The name of a cache entry is derived from everything that its frames depend on. Complete footage
    is used as it is, and an interrupted preparation is continued. Of two processes that need the
    same footage, one waits for the other.

    Args:
        source: the source to learn from.
        settings: its size, fps, seconds and quality are those of the footage.
        progress: called after each frame that is stored.
        waiting: called repeatedly during a wait for another process; an exception ends the wait.

    Returns:
        The folder, ready for `windows`.

    Raises:
        SourceError: when the source cannot be read or holds no frames.
        TrainingError: when the cache folder cannot be written.
    """
    preparation = Preparation.of(
        source,
        size=training_size(settings.size, source),
        fps=settings.fps,
        seconds=settings.seconds,
        quality=settings.quality,
    )
    key = sha256(preparation.identity.encode()).hexdigest()[:16]
    folder = folders.cache() / "prepared" / f"{source.name}-{key}"
    preparation.run(folder, progress, waiting)
    return folder
