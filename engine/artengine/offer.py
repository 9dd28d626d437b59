"""Offers of plugins: a class that is already imported, or one that a manifest describes."""

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
"""The base of the classes that each registration hook must return."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A class that a plugin offers.

    Args:
        described: its description, available without importing it.
        load: returns the class, importing it if necessary; raises `PluginError` if the class
            differs from its description.
    """

    described: Described
    load: Callable[[], type[Plugin]]

    @property
    def kind(self) -> str:
        """Its kind: `source`, `model`, `effect`, `writer` or `curve`."""
        return self.described.kind

    @property
    def name(self) -> str:
        """Its name in presets."""
        return self.described.name

    @classmethod
    def of(cls, given: type[Plugin]) -> Self:
        """Return the offer of an imported class."""
        return cls(described(given), lambda: given)

    @classmethod
    def promised(cls, described: Described) -> Self:
        """Return the offer of a class that is imported when it is needed."""
        return cls(described, cache(partial(_loaded, described)))


def described(kind: type[Plugin]) -> Described:
    """Return the description of a class for a manifest."""
    return Described(
        kind.kind,
        kind.name,
        f"{kind.__module__}:{kind.__qualname__}",
        about(kind),
        kind.suffixes if issubclass(kind, Writer) else (),
        kind.key if issubclass(kind, Curve) else "",
    )


def _loaded(promised: Described) -> type[Plugin]:
    """Import a described class. Raises `PluginError` if it differs from that, or is faulty."""
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
