"""Checks: what a plugin of a kind promises, each tried alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import getdoc
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from artengine.params import Plugin, check
from artengine.testing.expect import ConformanceError

PluginT = TypeVar("PluginT", bound=Plugin)


@dataclass(frozen=True)
class Trial:
    """A plugin to be tried, and what it is tried with.

    Args:
        kind: the plugin's class.
        values: parameters that it is made with, as a preset would give them.
        folder: an empty folder to write in.
    """

    kind: type[Any]
    values: Mapping[str, Any]
    folder: Path

    def made(self, **values: Any) -> Any:
        """The plugin, checked as a preset's table is.

        Raises:
            ConformanceError: when the parameters are refused.
        """
        table = {**self.values, **values}
        made = check(self.kind, table)
        if isinstance(made, list):
            said = "; ".join(map(str, made))
            raise ConformanceError(f"{self.kind.name} refuses {table}: {said}")
        return made


Promise: TypeAlias = Callable[[Trial], None]


@dataclass(frozen=True)
class Check:
    """One promise of one plugin. Called, it raises `ConformanceError` where it is not kept.

    Args:
        kind: the plugin's class.
        promise: what tries it.
        values: parameters that the plugin is made with.
    """

    kind: type[Plugin]
    promise: Promise
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A few words, joined by hyphens."""
        return self.promise.__name__.replace("_", "-")

    @property
    def about(self) -> str:
        """A sentence that says what is promised."""
        return " ".join((getdoc(self.promise) or "").partition("\n\n")[0].split())

    def __str__(self) -> str:
        return f"{self.kind.name}-{self.name}"

    def __call__(self, folder: Path | None = None) -> None:
        """Try it.

        Args:
            folder: an empty folder to write in; by default one that is removed afterwards.

        Raises:
            ConformanceError: when the promise is not kept.
        """
        if folder is not None:
            self.promise(Trial(self.kind, self.values, folder))
            return
        with tempfile.TemporaryDirectory(prefix="artengine-check-") as made:
            self.promise(Trial(self.kind, self.values, Path(made)))


def conformance(kind: type[Plugin], **values: Any) -> Sequence[Check]:
    """What a plugin promises, as checks that are called one by one.

    Args:
        kind: the class of an effect, source, model, writer or curve.
        values: parameters that it is made with, as the file that a source reads. A source that
            must be given a file, and is not, is given a short video file. Without the key of a
            curve there are fewer checks, because it gives no values.
    """
    from artengine.testing import curves, effects, models, sources, writers

    promises = {
        "effect": effects.PROMISES,
        "source": sources.PROMISES,
        "model": models.PROMISES,
        "writer": writers.PROMISES,
        "curve": curves.PROMISES if values else curves.DECLARED,
    }[kind.kind]
    return [Check(kind, promise, values) for promise in promises]
