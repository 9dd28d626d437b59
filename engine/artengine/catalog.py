"""The catalog: every source, model, effect, writer and kind of curve that presets can name."""

from __future__ import annotations

import logging
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, overload

from artengine.curves import Curve, CurveKinds
from artengine.effect import Effect
from artengine.errors import PluginError, did_you_mean
from artengine.loader import Discovery, PluginReport, discover, modules_of
from artengine.model import Model
from artengine.offer import Offer
from artengine.params import Plugin
from artengine.plugin_manifest import KINDS as KINDS
from artengine.plugin_manifest import Described
from artengine.plugin_manifest import Kind as Kind
from artengine.source import Source, is_picture
from artengine.writer import Writer

logger = logging.getLogger("artengine")


class Shelf(Mapping[str, Any]):
    """A mapping of names to classes; each class is imported when it is looked up.

    Args:
        names: names in the catalog, by lookup name.
        take: returns the class for a name in the catalog, or None.
    """

    def __init__(
        self, names: Mapping[str, str], take: Callable[[str], type[Plugin] | None]
    ) -> None:
        self._names, self._take = names, take

    def __getitem__(self, name: str) -> type[Any]:
        taken = self._take(self._names[name])
        if taken is None:
            raise KeyError(name)
        return taken

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _loaded(self) -> dict[str, Any]:
        return {name: kind for name in self if (kind := self.get(name)) is not None}

    def items(self) -> ItemsView[str, Any]:
        """Names and classes, except those that fail to import."""
        return self._loaded().items()

    def values(self) -> ValuesView[Any]:
        """The classes of `items`."""
        return self._loaded().values()


class Catalog:
    """The discovered plugins, by kind and name.

    The first plugin to offer a name keeps it; those named with `--plugin` come before all others.
    A class that a manifest describes is imported when it is looked up. If it differs from its
    description, its entry point is imported and used instead.
    """

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._offers: dict[Kind, dict[str, Offer]] = {kind: {} for kind in KINDS}
        self._owners: dict[tuple[str, str], PluginReport] = {}
        found = list(enumerate(discovery.found))
        found.sort(key=lambda numbered: numbered[1][0].origin != "--plugin")
        taken = {number: self._take(*plugin) for number, plugin in found}
        self._reports = {number: taken[number] for number in sorted(taken)}

    @property
    def reports(self) -> tuple[PluginReport, ...]:
        """The report of each plugin, in the order of discovery."""
        return tuple(self._reports.values())

    def _take(self, report: PluginReport, offers: Sequence[Offer]) -> PluginReport:
        """Add the classes of a plugin whose names are not taken."""
        provides = []
        for offered in offers:
            names = [(offered.kind, offered.name)]
            if offered.described.key:
                names.append(("the key", offered.described.key))
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
                message = f"{label} is already provided by {owner.plugin}"
                report = report.without(message)
        return replace(report, provides=tuple(provides))

    def _add(self, offered: Offer) -> None:
        for kind in KINDS:
            if offered.kind == kind:
                self._offers[kind][offered.name] = offered

    def _class(self, kind: Kind, name: str) -> type[Plugin] | None:
        """The class of a plugin, or None."""
        try:
            offer = self._offers[kind].get(name)
            return None if offer is None else offer.load()
        except PluginError as error:
            logger.debug("%s %s: %s", kind, name, error)
            self._import(self._owners[kind, name].plugin)
            return self._class(kind, name)

    def _import(self, plugin: str) -> None:
        """Import an entry point and replace its manifest's descriptions by what it offers."""
        self._owners = {
            name: owner for name, owner in self._owners.items() if owner.plugin != plugin
        }
        for kind, offers in self._offers.items():
            self._offers[kind] = {
                name: offer for name, offer in offers.items() if (kind, name) in self._owners
            }
        number = next(n for n, report in self._reports.items() if report.plugin == plugin)
        self._reports[number] = self._take(*self._discovery.imported(plugin))

    def import_all(self) -> None:
        """Import every class that is only described so far, so that the reports list failures."""
        for kind in KINDS:
            for name in list(self._offers[kind]):
                self._class(kind, name)

    def _shelf(self, kind: Kind, names: Mapping[str, str] | None = None) -> Shelf:
        own = {name: name for name in self._offers[kind]}
        return Shelf(own if names is None else names, partial(self._class, kind))

    @property
    def sources(self) -> Mapping[str, type[Source]]:
        """Sources by name."""
        return self._shelf("source")

    @property
    def models(self) -> Mapping[str, type[Model]]:
        """Models by name."""
        return self._shelf("model")

    @property
    def effects(self) -> Mapping[str, type[Effect]]:
        """Effects by name."""
        return self._shelf("effect")

    @property
    def writers(self) -> Mapping[str, type[Writer]]:
        """Writers by name."""
        return self._shelf("writer")

    @property
    def curves(self) -> CurveKinds:
        """Kinds of curves by the key that identifies them in a preset's table."""
        offers = self._offers["curve"].values()
        return self._shelf("curve", {offer.described.key: offer.name for offer in offers})

    def described(self, kind: Kind) -> list[Described]:
        """The descriptions of the plugins of one kind, without importing them, in alphabetical
        order."""
        return [offer.described for _, offer in sorted(self._offers[kind].items())]

    def plugins(self, kind: Kind) -> Mapping[str, type[Plugin]]:
        """Plugins of one kind by name, in alphabetical order."""
        return self._shelf(kind, {name: name for name in sorted(self._offers[kind])})

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
            PluginError: when there is none, with the nearest name and all known names.
        """
        known = self.plugins(kind)
        if name not in known:
            raise PluginError(f'no {kind} "{name}"{self.instead(kind, name)}')
        return known[name]

    def instead(self, kind: Kind, name: str) -> str:
        """Return the end of a message about an unknown plugin: similar names and all names."""
        known = list(self.plugins(kind))
        offer = f"; there are: {', '.join(known)}" if known else f"; there is no {kind} at all"
        failed = sum(report.status == "failed" for report in self.reports)
        hint = " (some plugins failed: see artengine doctor)" if failed else ""
        hint += "; a plugin of your own comes in with --plugin FILE.py"
        return f"{did_you_mean(name, known)}{offer}{hint}"

    def fault_of(self, provided: str) -> str:
        """Return why a provider's plugin was rejected; empty if it works or is not installed.

        Args:
            provided: the provider as in a recipe: `my_effects 1.2` or `glow.py sha256:98ab`.
        """
        name = provided.rpartition(" ")[0] or provided
        modules = {name, *modules_of(name)}
        return next((r.reason for r in self.reports if r.plugin in modules and r.reason), "")

    def writer_for(self, name: str) -> type[Writer] | None:
        """Return the writer for a file name or suffix, or None; the longest matching suffix wins.

        `night.sheet.png` is a contact sheet, whereas `night.png` is a sequence of frames.
        """
        fitting = [
            (len(suffix), writer.name)
            for writer in self._offers["writer"].values()
            for suffix in writer.described.suffixes
            if name.lower().endswith(suffix)
        ]
        return self.writers.get(max(fitting, key=itemgetter(0))[1]) if fitting else None

    def film_of(self, path: str) -> Source:
        """Return the source for a picture or video file that is read in addition to the clip.

        Raises:
            PluginError: when the source for such files is not installed.
        """
        return self.get("source", "images" if is_picture(path) else "video").model_validate(
            {"path": path}
        )

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call the observers of that hook, in pluggy's order: the plugin loaded last comes first,
        except for hooks marked `tryfirst` or `trylast`.

        If an observer raises, a warning is logged once, and its plugin is not called again.
        """
        getattr(self._discovery.manager.hook, hook)(**arguments)


def load_catalog(
    plugin_files: Sequence[Path] = (), *, user_folder: bool = True, all_sound: bool = True
) -> Catalog:
    """Discover every plugin and return a catalog of them. Classes that a manifest describes are
    imported when they are looked up.

    A broken plugin is rejected with a report, unless it is one of `plugin_files`.

    Args:
        plugin_files: additional modules or packages to load, as named by `--plugin`.
        user_folder: whether the user's plugin folder is read.
        all_sound: whether `plugin_files` must all work; False rejects broken ones with a report.

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
