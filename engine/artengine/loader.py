"""Finding plugins: entry points, the person's plugin folder, files named on the command line.

A plugin is a module whose functions, marked with `hookimpl`, answer the hooks of
`artengine.hookspecs`. Whatever is wrong with one is contained here: it is set aside with its
reason, and the others load.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Literal

import pluggy
from pydantic import ValidationError

from artengine import folders, hookspecs
from artengine.curves import Curve
from artengine.effect import Effect
from artengine.errors import PluginError, UsageError, did_you_mean, reason
from artengine.model import Model
from artengine.params import Plugin
from artengine.source import Source
from artengine.writer import Writer

GROUP = "artengine"
"""The entry-point group that distributions name their plugins in."""

Origin = Literal["entry point", "plugin folder", "--plugin"]

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

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


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
    origin: Origin
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
        user_folder: whether the person's plugin folder is read.

    Raises:
        UsageError: when one of `plugin_files` does not exist.
    """
    for file in plugin_files:
        if not _module_file(file).is_file():
            raise UsageError(f"no plugin at {file}: --plugin takes a Python file that exists")
    manager = pluggy.PluginManager("artengine")
    manager.add_hookspecs(hookspecs)
    found = [_load_entry_point(manager, entry) for entry in _entry_points()]
    files: dict[Path, Origin] = {}
    if user_folder:
        files |= dict.fromkeys(_folder_plugins(folders.plugins()), "plugin folder")
    files |= dict.fromkeys([file.resolve() for file in plugin_files], "--plugin")
    found += [_load_file(manager, file, origin) for file, origin in files.items()]
    return Discovery(manager, found)


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
    return path / "__init__.py" if path.is_dir() else path


_Found = tuple[PluginReport, tuple[type[Plugin], ...]]


def _load_entry_point(manager: pluggy.PluginManager, entry: EntryPoint) -> _Found:
    report = PluginReport(entry.value, "entry point")
    try:
        with _guard(entry.module.partition(".")[0]):
            return _register(manager, entry.load(), entry.value, report)
    except PluginError as error:
        return report.without(str(error)), ()


def _load_file(manager: pluggy.PluginManager, file: Path, origin: Origin) -> _Found:
    report = PluginReport(file.name, origin)
    # Two files of one name must not be one module, and pydantic looks modules up in sys.modules.
    module = f"artengine_plugin_{sha256(str(file).encode()).hexdigest()[:8]}_{file.stem}"
    try:
        with _guard(module):
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
    """Turn whatever a plugin's code raises into a PluginError of one line.

    What it prints goes to standard error: standard output is for what programs read.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except PluginError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(reason(error, module)) from error


def _register(
    manager: pluggy.PluginManager, plugin: object, name: str, report: PluginReport
) -> _Found:
    _check_hooks(manager, plugin)
    try:
        manager.register(plugin, name)
        offered = list(_offered(manager, plugin))
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


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    known = [name for name in vars(manager.hook) if not name.startswith("_")]
    marked = 0
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is None:
            continue
        marked += 1
        hook = options.get("specname") or name
        function = getattr(plugin, name)
        where = _written(function)
        if hook not in known:
            raise PluginError(f'there is no hook "{hook}"{did_you_mean(hook, known)}{where}')
        if options.get("wrapper") or options.get("hookwrapper"):
            raise PluginError(
                f'"{hook}" is marked as a wrapper; hooks here are plain functions{where}'
            )
        taken = inspect.signature(function).parameters
        specified = list(inspect.signature(getattr(hookspecs, hook)).parameters)
        for argument in taken:
            if argument not in specified:
                offer = f"it may take {', '.join(specified)}" if specified else "it takes none"
                raise PluginError(f'hook "{hook}" has no argument "{argument}"; {offer}{where}')
    if not marked:
        raise PluginError("has no function marked with hookimpl, so it provides nothing")


def _written(function: Any) -> str:
    """Where a function is written, to end a message with."""
    code = inspect.unwrap(function).__code__
    return f" ({Path(code.co_filename).name}, line {code.co_firstlineno})"


def _offered(manager: pluggy.PluginManager, plugin: object) -> Iterator[tuple[str, Any]]:
    for hook in BASES:
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            if implementation.plugin is not plugin:
                continue
            returned = implementation.function()
            if isinstance(returned, str | type) or not isinstance(returned, Iterable):
                raise PluginError(f"{hook} returned {returned!r}; it must return a list of classes")
            for given in returned:
                yield hook, given


def class_fault(given: Any, base: type[Plugin]) -> str:
    """Say why `given` cannot be used as a plugin of that base, or return an empty string."""
    label = getattr(given, "__qualname__", repr(given))
    if not isinstance(given, type) or not issubclass(given, base):
        return f"{label} is not a class derived from {base.__name__}"
    if given.kind != base.kind:
        return f'{label} sets kind to "{given.kind}"; leave it at "{base.kind}"'
    unwritten = sorted(getattr(given, "__abstractmethods__", ()))
    if unwritten:
        return f"{label} does not define {', '.join(unwritten)}"
    name = getattr(given, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        said = f"has the name {name!r}" if name is not None else "has no name"
        return f'{label} {said}; write name: ClassVar[str] = "like-this"'
    if not (given.__doc__ or "").strip() and sys.flags.optimize < 2:
        return f"{label} has no docstring to say what it does"
    for parameter in given.model_fields.keys() & _taken(base):
        return f'{label} has a parameter "{parameter}", a word that presets need themselves'
    kinds_own = _suffix_fault if issubclass(given, Writer) else _key_fault
    return kinds_own(label, given) or _default_fault(label, given)


def _taken(base: type[Plugin]) -> set[str]:
    """Words of a preset's table that no parameter may have as its name."""
    words = {"use", *base.reserved, *(base.controls.model_fields if base.controls else ())}
    return words | {"weights"} if base.kind == "model" else words


def _suffix_fault(label: str, given: type[Plugin]) -> str:
    suffixes = getattr(given, "suffixes", None)
    if not isinstance(suffixes, tuple) or not all(
        isinstance(suffix, str) and suffix.startswith(".") for suffix in suffixes
    ):
        return f'{label} has the suffixes {suffixes!r}; write them as (".mp4", ".m4v")'
    return ""


def _key_fault(label: str, given: type[Plugin]) -> str:
    if not issubclass(given, Curve):
        return ""
    key = getattr(given, "key", None)
    field = given.model_fields.get(str(key))
    if field is None or not field.is_required():
        said = f"has the key {key!r}" if key is not None else "has no key"
        return f'{label} {said}; write key: ClassVar[str] = "..." with a required parameter\'s name'
    return ""


def _default_fault(label: str, given: type[Plugin]) -> str:
    try:
        given.model_validate({})
    except ValidationError as error:
        for details in error.errors():
            if details["type"] != "missing" and details["loc"]:
                place = details["loc"][0]
                return f"{label}.{place} has a default that it does not allow: {details['msg']}"
    return ""
