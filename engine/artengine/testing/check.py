"""Conformance checks: the contract of each kind of plugin, tested promise by promise."""

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
    """A plugin under test, with its parameters.

    Args:
        kind: the plugin's class.
        values: the parameters to construct it with, as a preset would give them.
        folder: an empty folder to write in.
    """

    kind: type[Any]
    values: Mapping[str, Any]
    folder: Path

    def made(self, **values: Any) -> Any:
        """Construct the plugin, validated like a preset's table.

        Raises:
            ConformanceError: when the parameters are refused.
        """
        table = {**self.values, **values}
        made = check(self.kind, table)
        if isinstance(made, list):
            message = "; ".join(map(str, made))
            raise ConformanceError(f"{self.kind.name} refuses {table}: {message}")
        return made


Promise: TypeAlias = Callable[[Trial], None]


@dataclass(frozen=True)
class Check:
    """A check of one promise of one plugin. Calling it raises `ConformanceError` if it fails.

    Args:
        kind: the plugin's class.
        promise: the function that tests it.
        values: the parameters to construct the plugin with.
    """

    kind: type[Plugin]
    promise: Promise
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the check, words joined by hyphens."""
        return self.promise.__name__.replace("_", "-")

    @property
    def about(self) -> str:
        """A sentence that describes the promise."""
        return " ".join((getdoc(self.promise) or "").partition("\n\n")[0].split())

    def __str__(self) -> str:
        return f"{self.kind.name}-{self.name}"

    def __call__(self, folder: Path | None = None) -> None:
        """Run the check.

        Args:
            folder: an empty folder to write in; by default a temporary one.

        Raises:
            ConformanceError: when the check fails.
        """
        if folder is not None:
            self.promise(Trial(self.kind, self.values, folder))
            return
        with tempfile.TemporaryDirectory(prefix="artengine-check-") as made:
            self.promise(Trial(self.kind, self.values, Path(made)))


def conformance(kind: type[Plugin], **values: Any) -> Sequence[Check]:
    """Return the conformance checks of a plugin, each of which is called separately.

    Args:
        kind: the class of an effect, source, model, writer or curve.
        values: the parameters to construct it with, such as the file that a source reads. A source
            without its required file receives a short video file. A curve without its key has
            fewer checks, because it has no values.
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
