"""Discovery of plugins: entry points, the user's plugin folder, files named with `--plugin`.

A plugin is a module whose functions, marked with `hookimpl`, implement hooks of
`artengine.hookspecs`. A faulty plugin is rejected with a reason, and the others load.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import reprlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pluggy

from artengine import folders, hookspecs
from artengine.api_version import check_api
from artengine.errors import PluginError, UsageError
from artengine.observers import with_contained_observers
from artengine.offer import BASES, Offer
from artengine.plugin_faults import check_hooks, class_fault, contained
from artengine.plugin_manifest import (
    GROUP,
    Described,
    distribution_of,
    module_file,
    package_of,
    plugin_entries,
    read_manifests,
)

FoundBy = Literal["entry point", "plugin folder", "--plugin"]

MOST_CLASSES = 1000
"""Maximum number of classes that one hook of a plugin may return."""


@dataclass(frozen=True, slots=True)
class PluginReport:
    """The result of loading one plugin.

    Args:
        plugin: the module's or file's name.
        origin: how it was found.
        status: "failed" if anything in it was rejected.
        reason: why, on one line; empty if nothing was rejected.
        provides: its working classes, such as "effect trails".
    """

    plugin: str
    origin: FoundBy
    status: Literal["ok", "failed"] = "ok"
    reason: str = ""
    provides: tuple[str, ...] = ()

    def without(self, reason: str) -> PluginReport:
        """Return the report with one more rejected class or fault."""
        joined = f"{self.reason}; {reason}" if self.reason else reason
        return replace(self, status="failed", reason=joined)


Found = tuple[PluginReport, tuple[Offer, ...]]
"""The report of a plugin, and its offers."""


@dataclass(frozen=True)
class Discovery:
    """The result of a discovery.

    Args:
        manager: pluggy's manager, with the imported plugins registered.
        entries: the entry points of distributions, by their values.
        found: each plugin's report with its offers, in the order of discovery.
    """

    manager: pluggy.PluginManager
    entries: Mapping[str, EntryPoint]
    found: Sequence[Found]

    def imported(self, plugin: str) -> Found:
        """Import an entry point and return its offers, ignoring its manifest."""
        if self.manager.has_plugin(plugin):
            self.manager.unregister(name=plugin)
        return _load_entry_point(self.manager, self.entries[plugin])

    def observes(self, plugin: str) -> bool:
        """Return whether an imported plugin has hooks other than the registration hooks."""
        callers = self.manager.get_hookcallers(self.manager.get_plugin(plugin)) or []
        return any(caller.name not in BASES for caller in callers)


def discover(plugin_files: Sequence[Path] = (), *, user_folder: bool = True) -> Discovery:
    """Find every plugin: entry points first, those of artengine itself before others.

    An entry point that a manifest describes is not imported until one of its classes is needed.

    Args:
        plugin_files: additional modules or packages to load, as named by `--plugin`.
        user_folder: whether the user's plugin folder is read.

    Raises:
        UsageError: when one of `plugin_files` does not exist.
    """
    for file in plugin_files:
        if not os.path.isfile(_module_file(file)):  # noqa: PTH113
            named = str(file) if len(str(file)) <= 200 else f"{str(file)[:197]}..."
            raise UsageError(f"no plugin at {named}: --plugin takes a Python file that exists")
    manager = pluggy.PluginManager("artengine")
    manager.add_hookspecs(hookspecs)
    entries = {entry.value: entry for entry in plugin_entries()}
    known = read_manifests(entries.values())
    found = [
        _described(entry, known[value]) if value in known else _load_entry_point(manager, entry)
        for value, entry in entries.items()
    ]
    files: dict[Path, FoundBy] = {}
    if user_folder:
        files |= dict.fromkeys(_folder_plugins(folders.plugins()), "plugin folder")
    files |= dict.fromkeys([file.resolve() for file in plugin_files], "--plugin")
    found += [_load_file(manager, file, origin) for file, origin in files.items()]
    return Discovery(manager, entries, found)


def modules_of(distribution: str) -> list[str]:
    """Return the names of a distribution's plugins, as in the reports."""
    named = plugin_entries()
    return [each.value for each in named if distribution_of(each) == distribution]


def _folder_plugins(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for entry in sorted(folder.iterdir()):
            module = _module_file(entry)
            if entry.name[0] not in "._" and module.suffix == ".py" and module.is_file():
                yield entry.resolve()


def _module_file(path: Path) -> Path:
    # Unlike Path.is_dir, this does not raise for invalid file names.
    return path / "__init__.py" if os.path.isdir(path) else path  # noqa: PTH112


def _described(entry: EntryPoint, described: Sequence[Described]) -> Found:
    report = PluginReport(entry.value, "entry point")
    try:
        _check_api(entry)
    except PluginError as error:
        return report.without(str(error)), ()
    return report, tuple(map(Offer.promised, described))


def _load_entry_point(manager: pluggy.PluginManager, entry: EntryPoint) -> Found:
    report = PluginReport(entry.value, "entry point")
    if not package_of(entry):
        message = f'the entry point "{entry.name}" is "{entry.value}"; write it as package.module'
        return report.without(message), ()
    try:
        with contained(package_of(entry)):
            _check_api(entry)
            return _register(manager, entry.load(), entry.value, report)
    except PluginError as error:
        return report.without(str(error)), ()


def _check_api(entry: EntryPoint) -> None:
    if distribution_of(entry) == GROUP:
        return
    file = module_file(entry)
    if file is not None:
        check_api(file)


def _load_file(manager: pluggy.PluginManager, file: Path, origin: FoundBy) -> Found:
    report = PluginReport(file.name, origin)
    # Files of the same name need distinct modules, and pydantic looks modules up in sys.modules.
    module = f"artengine_plugin_{sha256(str(file).encode()).hexdigest()[:8]}_{file.stem}"
    try:
        with contained(module):
            check_api(_module_file(file))
            return _register(manager, _import_file(file, module), str(file), report)
    except PluginError as error:
        return report.without(str(error)), ()


def _import_file(file: Path, name: str) -> ModuleType:
    for loaded in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[loaded]
    package = [str(file)] if file.is_dir() else None
    spec = importlib.util.spec_from_file_location(
        name, _module_file(file), submodule_search_locations=package
    )
    if spec is None or spec.loader is None:
        raise PluginError("is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _register(
    manager: pluggy.PluginManager, plugin: object, name: str, report: PluginReport
) -> Found:
    check_hooks(manager, plugin)
    try:
        registered = with_contained_observers(manager, plugin, name, BASES)
        manager.register(registered, name)
        offered = list(_offered(manager, registered))
    except BaseException:
        if manager.has_plugin(name):
            manager.unregister(name=name)
        raise
    offers = []
    for hook, given in offered:
        fault = class_fault(given, BASES[hook])
        if fault:
            report = report.without(fault)
        else:
            offers.append(Offer.of(given))
    return report, tuple(offers)


def _offered(manager: pluggy.PluginManager, plugin: object) -> Iterator[tuple[str, Any]]:
    for hook in BASES:
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is not plugin:
                continue
            returned = implementation.function()
            if isinstance(returned, str | type) or not isinstance(returned, Iterable):
                raise PluginError(
                    f"{hook} returned {reprlib.repr(returned)}; it must return a list of classes"
                )
            for count, given in enumerate(returned):
                if count == MOST_CLASSES:
                    raise PluginError(
                        f"{hook} gives more than {MOST_CLASSES} classes; it must return a list "
                        "that ends"
                    )
                yield hook, given
