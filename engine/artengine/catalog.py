"""The catalog: every source, model, effect, writer and kind of curve that presets can name."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, overload

import pluggy

from artengine.curves import Curve, CurveKinds
from artengine.effect import Effect
from artengine.errors import PluginError, did_you_mean
from artengine.loader import Discovery, PluginReport, discover, modules_of
from artengine.model import Model
from artengine.params import Plugin
from artengine.source import Source, is_picture
from artengine.writer import Writer

logger = logging.getLogger("artengine")

Kind: TypeAlias = Literal["source", "model", "effect", "writer", "curve"]
KINDS: tuple[Kind, ...] = ("source", "model", "effect", "writer", "curve")


class Catalog:
    """What was discovered, by kind and name.

    The first plugin to offer a name keeps it; one that was named with `--plugin` comes before all
    others.
    """

    def __init__(self, discovery: Discovery) -> None:
        self._manager: pluggy.PluginManager = discovery.manager
        self._classes: dict[Kind, dict[str, type[Any]]] = {kind: {} for kind in KINDS}
        self._owners: dict[tuple[str, str], PluginReport] = {}
        found = list(enumerate(discovery.found))
        found.sort(key=lambda numbered: numbered[1][0].origin != "--plugin")
        reports = {number: self._take(*plugin) for number, plugin in found}
        self.reports: tuple[PluginReport, ...] = tuple(
            reports[number] for number in sorted(reports)
        )
        """What became of each plugin, in the order of discovery."""

    def _take(self, report: PluginReport, classes: Sequence[type[Plugin]]) -> PluginReport:
        """Add the classes of a plugin whose names are free."""
        provides = []
        for offered in classes:
            names = [(offered.kind, offered.name)]
            if issubclass(offered, Curve):
                names.append(("the key", offered.key))
            taken = next((name for name in names if name in self._owners), None)
            if taken is None:
                self._owners |= dict.fromkeys(names, report)
                self._add(offered)
                provides.append(f"{offered.kind} {offered.name}")
                continue
            owner, label = self._owners[taken], f'{taken[0]} "{taken[1]}"'
            if owner.origin == "--plugin" and report.origin != "--plugin":
                logger.warning("%s is that of %s, not of %s", label, owner.plugin, report.plugin)
            else:
                said = f"{label} is already provided by {owner.plugin}"
                report = report.without(said)
        return replace(report, provides=tuple(provides))

    def _add(self, offered: type[Plugin]) -> None:
        for kind in KINDS:
            if offered.kind == kind:
                self._classes[kind][offered.name] = offered

    @property
    def sources(self) -> Mapping[str, type[Source]]:
        """Sources by name."""
        return MappingProxyType(self._classes["source"])

    @property
    def models(self) -> Mapping[str, type[Model]]:
        """Models by name."""
        return MappingProxyType(self._classes["model"])

    @property
    def effects(self) -> Mapping[str, type[Effect]]:
        """Effects by name."""
        return MappingProxyType(self._classes["effect"])

    @property
    def writers(self) -> Mapping[str, type[Writer]]:
        """Writers by name."""
        return MappingProxyType(self._classes["writer"])

    @property
    def curves(self) -> CurveKinds:
        """Kinds of curves by the key of a preset's table that tells them."""
        found: Mapping[str, type[Curve]] = self._classes["curve"]
        return MappingProxyType({kind.key: kind for kind in found.values()})

    def plugins(self, kind: Kind) -> Mapping[str, type[Plugin]]:
        """Plugins of one kind by name, in alphabetical order."""
        return MappingProxyType(dict(sorted(self._classes[kind].items())))

    @overload
    def get(self, kind: Literal["source"], name: str) -> type[Source]: ...
    @overload
    def get(self, kind: Literal["model"], name: str) -> type[Model]: ...
    @overload
    def get(self, kind: Literal["effect"], name: str) -> type[Effect]: ...
    @overload
    def get(self, kind: Literal["writer"], name: str) -> type[Writer]: ...
    @overload
    def get(self, kind: Literal["curve"], name: str) -> type[Curve]: ...
    def get(self, kind: Kind, name: str) -> type[Plugin]:
        """Return the plugin of that kind and name.

        Raises:
            PluginError: when there is none, with the nearest name and all there are.
        """
        known = self.plugins(kind)
        if name not in known:
            raise PluginError(f'no {kind} "{name}"{self.instead(kind, name)}')
        return known[name]

    def instead(self, kind: Kind, name: str) -> str:
        """Say what else there is, to end a message about an unknown plugin with."""
        known = list(self.plugins(kind))
        offer = f"; there are: {', '.join(known)}" if known else f"; there is no {kind} at all"
        failed = sum(report.status == "failed" for report in self.reports)
        hint = " (some plugins failed: see artengine plugins list)" if failed else ""
        hint += "; a plugin of your own comes in with --plugin FILE.py"
        return f"{did_you_mean(name, known)}{offer}{hint}"

    def fault_of(self, provided: str) -> str:
        """Why a provider's plugin was set aside; empty where it works or is not there.

        Args:
            provided: the provider, as recipes name it: `my_effects 1.2` or `glow.py sha256:98ab`.
        """
        name = provided.rpartition(" ")[0] or provided
        modules = {name, *modules_of(name)}
        return next((r.reason for r in self.reports if r.plugin in modules and r.reason), "")

    def writer_for(self, name: str) -> type[Writer] | None:
        """The writer that a file's name, or its ending alone, chooses; the longest ending counts.

        `night.sheet.png` is a contact sheet where `night.png` is frames. None when there is none.
        """
        fitting = [
            (len(suffix), writer)
            for writer in self.writers.values()
            for suffix in writer.suffixes
            if name.lower().endswith(suffix)
        ]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def film_of(self, path: str) -> Source:
        """The source that plays a picture or video file beside the clip.

        Raises:
            PluginError: when the source for such files is not there.
        """
        return self.get("source", "images" if is_picture(path) else "video").model_validate(
            {"path": path}
        )

    def notify(self, hook: str, **arguments: Any) -> None:
        """Tell the observers of that hook what happened, in pluggy's order: the last plugin to be
        loaded first, but for those marked `tryfirst` or `trylast`.

        An observer that raises is warned about once, and its plugin is not called again.
        """
        getattr(self._manager.hook, hook)(**arguments)


def load_catalog(
    plugin_files: Sequence[Path] = (), *, user_folder: bool = True, all_sound: bool = True
) -> Catalog:
    """Discover every plugin and put them in a catalog.

    One that is broken is set aside, unless the user named it.

    Args:
        plugin_files: modules or packages to load besides, as named by `--plugin`.
        user_folder: whether the user's plugin folder is read.
        all_sound: whether those must be sound; False sets aside what is broken in them too.

    Raises:
        UsageError: when one of `plugin_files` does not exist.
        PluginError: when some of `plugin_files` are broken, with a line for each.
    """
    catalog = Catalog(discover(plugin_files, user_folder=user_folder))
    broken = [
        f"--plugin {report.plugin}: {report.reason}"
        for report in catalog.reports
        if report.origin == "--plugin" and report.status == "failed"
    ]
    if broken and all_sound:
        raise PluginError(*broken)
    return catalog
