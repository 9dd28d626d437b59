"""Hooks: plugin registration, and notification of observers.

Hooks do not process frames, because pluggy returns results as an unordered list. The preset gives
the order of effects, and the dream loop applies them.

Hooks and the names of their arguments are part of the stable interface: see `artengine.api`. A
plugin for several versions marks newer hooks with `hookimpl(optionalhook=True)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pluggy

from artengine.curves import Curve
from artengine.effect import Effect
from artengine.frame import Picture
from artengine.model import Model
from artengine.source import Source
from artengine.writer import Writer

hookspec = pluggy.HookspecMarker("artengine")
hookimpl = pluggy.HookimplMarker("artengine")
"""Marks a function of a plugin as the implementation of the hook of the same name."""


@hookspec
def register_sources() -> Sequence[type[Source]]:  # type: ignore[empty-body]
    """Return the source classes that the plugin supplies.

    .. versionadded:: 0.1.0
    """


@hookspec
def register_models() -> Sequence[type[Model]]:  # type: ignore[empty-body]
    """Return the model classes that the plugin supplies.

    .. versionadded:: 0.1.0
    """


@hookspec
def register_effects() -> Sequence[type[Effect]]:  # type: ignore[empty-body]
    """Return the effect classes that the plugin supplies.

    .. versionadded:: 0.1.0
    """


@hookspec
def register_writers() -> Sequence[type[Writer]]:  # type: ignore[empty-body]
    """Return the writer classes that the plugin supplies.

    .. versionadded:: 0.1.0
    """


@hookspec
def register_curves() -> Sequence[type[Curve]]:  # type: ignore[empty-body]
    """Return the kinds of curves that the plugin supplies.

    .. versionadded:: 0.2.0
    """


@hookspec
def before_train(recipe: Mapping[str, Any], run: Path) -> None:
    """Training is about to start (or continue) in the run folder `run`.

    .. versionadded:: 0.1.0
    """


@hookspec
def after_train(recipe: Mapping[str, Any], run: Path, step: int) -> None:
    """Training ended cleanly after `step` steps; weights are in `run`.

    .. versionadded:: 0.1.0
    """


@hookspec
def after_epoch(run: Path, epoch: int, step: int, metrics: Mapping[str, float]) -> None:
    """An epoch ended: `metrics` has loss, psnr, ssim and the metrics of the copy-last baseline.

    .. versionadded:: 0.1.0
    """


@hookspec
def before_dream(recipe: Mapping[str, Any], frames: int) -> None:
    """A dream of `frames` frames is about to start.

    .. versionadded:: 0.1.0
    """


@hookspec
def after_frame(index: int, picture: Picture) -> None:
    """Frame `index` was handed to the writers; `picture` is read-only uint8 `(H, W, 3)`.

    .. versionadded:: 0.1.0
    """


@hookspec
def after_dream(recipe: Mapping[str, Any], files: Sequence[Path]) -> None:
    """A dream ended and `files` are complete.

    .. versionadded:: 0.1.0
    """


@hookspec
def on_error(error: BaseException, during: str) -> None:
    """A run (`during` is "train" or "dream") ended with an error, which is raised afterwards.

    .. versionadded:: 0.1.0
    """
