"""Checks of plugins: of their hooks, and of the classes that they offer."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pluggy
from pydantic import ValidationError
from pydantic.errors import PydanticUserError

from artengine import hookspecs
from artengine.curves import Curve
from artengine.errors import PluginError, did_you_mean, reason
from artengine.params import Plugin, quoted
from artengine.writer import Writer

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 64

_UNANNOTATED = re.compile(r"[`'](\w+)(?:'| = )")


def check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """Check that a plugin's functions match the hooks that they are marked for.

    Raises:
        PluginError: when one does not, or none is marked.
    """
    known = [name for name in vars(manager.hook) if not name.startswith("_")]
    marked = 0
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is None:
            continue
        marked += 1
        hook = options.get("specname") or name
        function = getattr(plugin, name)
        where = _location(function)
        if hook not in known:
            if options.get("optionalhook"):
                continue
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


def _location(function: Any) -> str:
    """The file and line of a function, as the end of a message."""
    code = inspect.unwrap(function).__code__
    return f" ({Path(code.co_filename).name}, line {code.co_firstlineno})"


def class_fault(given: Any, base: type[Plugin]) -> str:
    """Return why `given` is not a valid plugin of that base, or an empty string."""
    label = getattr(given, "__qualname__", repr(given))
    if not isinstance(given, type) or not issubclass(given, base):
        return f"{label} is not a class derived from {base.__name__}"
    if given.kind != base.kind:
        return f'{label} sets kind to "{given.kind}"; leave it at "{base.kind}"'
    unwritten = sorted(getattr(given, "__abstractmethods__", ()))
    if unwritten:
        return f"{label} does not define {', '.join(unwritten)}"
    name = getattr(given, "name", None)
    if not isinstance(name, str) or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        text = f"has the name {quoted(name)}" if name is not None else "has no name"
        return (
            f'{label} {text}; write name: ClassVar[str] = "like-this", of at most '
            f"{_LONGEST_NAME} letters"
        )
    if not (given.__doc__ or "").strip() and sys.flags.optimize < 2:
        return f"{label} has no docstring to say what it does"
    for parameter in given.model_fields.keys() & _taken(base):
        return f'{label} has a parameter "{parameter}", a word that presets need themselves'
    kinds_own = _suffix_fault if issubclass(given, Writer) else _key_fault
    return kinds_own(label, given) or _default_fault(label, given)


def _taken(base: type[Plugin]) -> set[str]:
    """Reserved keys of a preset's table, which no parameter may have as its name."""
    words = {"use", *(base.controls.model_fields if base.controls else ())}
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
        text = f"has the key {key!r}" if key is not None else "has no key"
        return f'{label} {text}; write key: ClassVar[str] = "..." with a required parameter\'s name'
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


@contextmanager
def contained(module: str) -> Iterator[None]:
    """Convert any exception of a plugin's code into a PluginError of one line."""
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
    """Describe a mistake in a class's parameters, without the URLs that pydantic adds."""
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
