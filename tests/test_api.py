"""A golden file holds the interface of `artengine.api`, so that every change of it is noticed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from artengine import api, hookspecs, testing


def interface_lines() -> Iterator[str]:
    """Yield the version, the hooks, and each name of the interface, classes with attributes."""
    yield f"version {api.API_VERSION}"
    for hook, function in sorted(vars(hookspecs).items()):
        if hasattr(function, "artengine_spec"):
            yield f"hook {signature(hook, function)}"
    yield from module_lines(api)
    yield "artengine.testing"
    yield from module_lines(testing)


def module_lines(module: ModuleType) -> Iterator[str]:
    for name in sorted(module.__all__):
        value = getattr(module, name)
        if inspect.isclass(value) and value.__module__.startswith("artengine"):
            yield from class_lines(name, value)
        elif inspect.isroutine(value):
            yield signature(name, value)
        else:
            yield name


def class_lines(name: str, cls: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
    yield f"class {name}({bases})" if bases else f"class {name}"
    members = dict(vars(cls))
    annotations = members.get("__annotations__", {})
    for attribute, annotation in annotations.items():
        if not attribute.startswith("_"):
            yield f"    {attribute}: {annotation}"
    if "__init__" in members and not issubclass(cls, BaseModel):
        yield f"    {signature('__init__', cls.__init__)}"
    for attribute, member in sorted(members.items()):
        if attribute.startswith(("_", "model_")) or attribute in annotations:
            continue
        if isinstance(member, property | cached_property):
            yield f"    {attribute} (property)"
        elif isinstance(member, classmethod | staticmethod):
            yield f"    {signature(attribute, member.__func__)} ({type(member).__name__})"
        elif inspect.isfunction(member):
            yield f"    {signature(attribute, member)}"
        else:
            yield f"    {attribute}"


def signature(name: str, function: Callable[..., Any]) -> str:
    """Return the signature of a function, with annotations unquoted."""
    return name + re.sub(r"(?<=: |> )([\"'])(.*?)\1", r"\2", str(inspect.signature(function)))


def test_the_interface_equals_its_golden_file(golden_text: Callable[[str, str], None]) -> None:
    golden_text("api", "\n".join(interface_lines()) + "\n")
