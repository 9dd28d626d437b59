"""What a plugin offers: a class that is imported already, or one that a manifest describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from types import MappingProxyType
from typing import Self

from artengine.curves import Curve
from artengine.effect import Effect
from artengine.errors import PluginError
from artengine.model import Model
from artengine.params import Plugin
from artengine.plugin_faults import class_fault, contained
from artengine.plugin_manifest import Described
from artengine.reference import about
from artengine.source import Source
from artengine.writer import Writer

BASES: Mapping[str, type[Plugin]] = MappingProxyType(
    {
        "register_sources": Source,
        "register_models": Model,
        "register_effects": Effect,
        "register_writers": Writer,
        "register_curves": Curve,
    }
)
"""What each hook that registers must return classes of."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A class that a plugin offers.

    Args:
        described: what can be told of it without its class.
        load: gives the class, and imports it if need be; raises `PluginError` where it is not as
            described.
    """

    described: Described
    load: Callable[[], type[Plugin]]

    @property
    def kind(self) -> str:
        """Its kind: `source`, `model`, `effect`, `writer` or `curve`."""
        return self.described.kind

    @property
    def name(self) -> str:
        """What presets call it."""
        return self.described.name

    @classmethod
    def of(cls, given: type[Plugin]) -> Self:
        """The offer of a class that is there."""
        return cls(described(given), lambda: given)

    @classmethod
    def promised(cls, described: Described) -> Self:
        """The offer of a class that is imported when it is asked for."""
        return cls(described, cache(partial(_loaded, described)))


def described(kind: type[Plugin]) -> Described:
    """What a manifest says of a class."""
    return Described(
        kind.kind,
        kind.name,
        f"{kind.__module__}:{kind.__qualname__}",
        about(kind),
        kind.suffixes if issubclass(kind, Writer) else (),
        kind.key if issubclass(kind, Curve) else "",
    )


def _loaded(promised: Described) -> type[Plugin]:
    """The class that a manifest describes. Raises `PluginError` where it is another, or faulty."""
    module, _, name = promised.place.partition(":")
    with contained(module.partition(".")[0]):
        given: type[Plugin] = getattr(import_module(module), name)
        base = next(base for base in BASES.values() if base.kind == promised.kind)
        fault = class_fault(given, base)
        if fault:
            raise PluginError(fault)
        if described(given) != promised:
            raise PluginError(f"{promised.place} is not what its package's manifest says")
    return given
