"""Finding plugins: entry points, the user's plugin folder, files named on the command line.

A plugin is a module whose functions, marked with `hookimpl`, answer the hooks of
`artengine.hookspecs`. One that is faulty is set aside with its
reason, and the others load.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import reprlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Literal

import pluggy
from pydantic.errors import PydanticUserError

from artengine import folders, hookspecs
from artengine.api_version import check_api
from artengine.curves import Curve
from artengine.effect import Effect
from artengine.errors import PluginError, UsageError, reason
from artengine.model import Model
from artengine.observers import with_contained_observers
from artengine.params import Plugin
from artengine.plugin_faults import check_hooks, class_fault
from artengine.source import Source
from artengine.writer import Writer

GROUP = "artengine"
"""The entry-point group that distributions name their plugins in."""

FoundBy = Literal["entry point", "plugin folder", "--plugin"]

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

MOST_CLASSES = 1000
"""How many classes one plugin may offer by one hook."""

_UNANNOTATED = re.compile(r"[`'](\w+)(?:'| = )")


@dataclass(frozen=True, slots=True)
class PluginReport:
    """What became of one plugin.

    Args:
        plugin: the module's or file's name.
        origin: how it was found.
        status: "failed" as soon as anything in it was set aside.
        reason: why, on one line; empty when all is well.
        provides: what of it works, as "effect trails".
    """

    plugin: str
    origin: FoundBy
    status: Literal["ok", "failed"] = "ok"
    reason: str = ""
    provides: tuple[str, ...] = ()

    def without(self, reason: str) -> PluginReport:
        """The same report with one more thing set aside."""
        joined = f"{self.reason}; {reason}" if self.reason else reason
        return replace(self, status="failed", reason=joined)


@dataclass(frozen=True)
class Discovery:
    """All that was found.

    Args:
        manager: pluggy's manager, with the plugins that loaded registered.
        found: each plugin's report with the classes it offers, in the order of discovery.
    """

    manager: pluggy.PluginManager
    found: Sequence[tuple[PluginReport, tuple[type[Plugin], ...]]]


def discover(plugin_files: Sequence[Path] = (), *, user_folder: bool = True) -> Discovery:
    """Load every plugin there is: entry points first, those of artengine itself before others.

    Args:
        plugin_files: modules or packages to load besides, as named by `--plugin`.
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
    found = [_load_entry_point(manager, entry) for entry in _entry_points()]
    files: dict[Path, FoundBy] = {}
    if user_folder:
        files |= dict.fromkeys(_folder_plugins(folders.plugins()), "plugin folder")
    files |= dict.fromkeys([file.resolve() for file in plugin_files], "--plugin")
    found += [_load_file(manager, file, origin) for file, origin in files.items()]
    return Discovery(manager, found)


def modules_of(distribution: str) -> list[str]:
    """What the reports call the plugins of a distribution."""
    named = entry_points(group=GROUP)
    return [each.value for each in named if each.dist and each.dist.name == distribution]


def _entry_points() -> list[EntryPoint]:
    def order(entry: EntryPoint) -> tuple[bool, str, str]:
        distribution = entry.dist.name if entry.dist else ""
        return distribution != "artengine", distribution, entry.name

    # A distribution that is installed twice over (editable and not) names its plugins twice.
    return sorted({entry.value: entry for entry in entry_points(group=GROUP)}.values(), key=order)


def _folder_plugins(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for entry in sorted(folder.iterdir()):
            module = _module_file(entry)
            if entry.name[0] not in "._" and module.suffix == ".py" and module.is_file():
                yield entry.resolve()


def _module_file(path: Path) -> Path:
    # Unlike Path.is_dir, this bears names that no file can have.
    return path / "__init__.py" if os.path.isdir(path) else path  # noqa: PTH112


_Found = tuple[PluginReport, tuple[type[Plugin], ...]]


def _load_entry_point(manager: pluggy.PluginManager, entry: EntryPoint) -> _Found:
    report = PluginReport(entry.value, "entry point")
    try:
        with _guard(entry.module.partition(".")[0]):
            _check_api(entry)
            return _register(manager, entry.load(), entry.value, report)
    except PluginError as error:
        return report.without(str(error)), ()


def _check_api(entry: EntryPoint) -> None:
    if entry.dist is not None and entry.dist.name == GROUP:
        return
    spec = importlib.util.find_spec(entry.module)
    if spec is not None and spec.origin is not None:
        check_api(Path(spec.origin))


def _load_file(manager: pluggy.PluginManager, file: Path, origin: FoundBy) -> _Found:
    report = PluginReport(file.name, origin)
    # Two files of one name must not be one module, and pydantic looks modules up in sys.modules.
    module = f"artengine_plugin_{sha256(str(file).encode()).hexdigest()[:8]}_{file.stem}"
    try:
        with _guard(module):
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


@contextlib.contextmanager
def _guard(module: str) -> Iterator[None]:
    """Turn any exception of a plugin's code into a PluginError of one line."""
    try:
        yield
    except PluginError:
        raise
    except PydanticUserError as error:
        raise PluginError(_declaration_fault(error, module)) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(reason(error, module)) from error


def _declaration_fault(error: PydanticUserError, module: str) -> str:
    """Say what is wrong with a class's parameters, without the addresses that pydantic adds."""
    where = reason(error, module)
    place = where[where.rindex(" (") :] if where.endswith(")") and " (" in where else ""
    unannotated = _UNANNOTATED.search(error.message)
    if error.code == "model-field-missing-annotation" and unannotated:
        name = unannotated[1]
        return (
            f'the parameter "{name}" has no type; write it as {name}: float = Param(...), or as a '
            f"ClassVar where it is none{place}"
        )
    return " ".join(error.message.split()) + place


def _register(
    manager: pluggy.PluginManager, plugin: object, name: str, report: PluginReport
) -> _Found:
    check_hooks(manager, plugin)
    try:
        registered = with_contained_observers(manager, plugin, name, BASES)
        manager.register(registered, name)
        offered = list(_offered(manager, registered))
    except BaseException:
        if manager.has_plugin(name):
            manager.unregister(name=name)
        raise
    classes = []
    for hook, given in offered:
        fault = class_fault(given, BASES[hook])
        if fault:
            report = report.without(fault)
        else:
            classes.append(given)
    return report, tuple(classes)


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
