"""The page of the Python interface: the names that scripts, plugins and their tests may import."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import Any

from pydantic import BaseModel

import artengine
from artengine import api, measure, testing
from artengine.catalog import Catalog

INTRODUCTION = """\
# Python interface

Scripts, notebooks and plugins may use the names on this page. They are stable: until 1.0, a change
that breaks them raises the second number of the version, and the [change log](../CHANGELOG.md) says
what to write instead. All other modules may change at any time. [From Python](python.md) shows how
to dream from a script. This page is generated.
"""

SECTION = re.compile(r"(Args|Returns|Raises|Yields|Attributes):\n")

MODULES: Mapping[str, tuple[ModuleType, Sequence[str]]] = {
    "For scripts: artengine": (artengine, artengine.__all__),
    "For measuring: artengine.measure": (measure, measure.__all__),
    "For plugins: artengine.api": (api, api.__all__),
    "For tests of plugins: artengine.testing": (testing, testing.__all__),
}


def page(catalog: Catalog) -> str:
    """Return the whole page in Markdown."""
    parts = [INTRODUCTION]
    for title, (module, names) in MODULES.items():
        parts.append(f"## {title}\n")
        for name in sorted(name for name in names if not name.startswith("_")):
            parts += described(name, getattr(module, name))
    return "\n".join(parts)


def described(name: str, value: Any) -> Iterator[str]:
    """Yield the description of a class, a function or a value, under a heading."""
    yield f"### {name}\n"
    if inspect.isclass(value) and value.__module__.startswith("artengine"):
        yield from class_parts(name, value)
    elif inspect.isroutine(value) or hasattr(value, "__wrapped__"):
        yield f"```python\n{signature(name, value)}\n```\n"
        yield f"{docstring_text(value)}\n"
    elif " object at 0x" in repr(value):
        yield f"A `{type(value).__name__}`.\n"
    else:
        written = re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])", "", repr(value))
        yield f"`{written[:200]}`\n" if len(written) <= 200 else "A value.\n"


def class_parts(name: str, cls: type) -> Iterator[str]:
    """Yield the description of a class: constructor, docstring, fields and methods."""
    members = dict(vars(cls))
    annotations = members.get("__annotations__", {})
    made = members.get("__init__")
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
    head = f"class {name}({bases})" if bases else f"class {name}"
    if made and not issubclass(cls, BaseModel):
        head = signature(f"class {name}", made).removesuffix(" -> None").replace("(self, ", "(")
    yield f"```python\n{head.replace('(self)', '')}\n```\n"
    yield f"{docstring_text(cls)}\n"
    notes = field_notes(cls)
    items = []
    docstring = inspect.getdoc(cls) or ""
    for attribute, annotation in annotations.items():
        # Skip the fields that the docstring lists as arguments.
        if not attribute.startswith("_") and f"    {attribute}: " not in docstring:
            items.append(item(f"{attribute}: {annotation}", notes.get(attribute, "")))
    for attribute, member in sorted(members.items()):
        if attribute.startswith(("_", "model_")) or attribute in annotations:
            continue
        if isinstance(member, property):
            items.append(item(attribute, inspect.getdoc(member.fget) or ""))
        elif isinstance(member, cached_property):
            items.append(item(attribute, inspect.getdoc(member.func) or ""))
        elif isinstance(member, classmethod | staticmethod):
            doc = inspect.getdoc(member.__func__) or ""
            items.append(item(signature(attribute, member.__func__), doc))
        elif inspect.isfunction(member):
            items.append(item(signature(attribute, member), inspect.getdoc(member) or ""))
    yield "\n".join([*items, ""]) if items else ""


def item(written: str, doc: str) -> str:
    """Return a list item for an attribute or a method, with the text before any section or code."""
    text = " ".join(SECTION.split(doc)[0].split("::")[0].split("\n\n    ")[0].split())
    return f"- `{written}`" + (f": {text}" if text else "")


def signature(name: str, function: Callable[..., Any]) -> str:
    """Return a function's signature, with annotations without quotes."""
    written = re.sub(r"(?<=: |> )([\"'])(.*?)\1", r"\2", str(inspect.signature(function)))
    return name + written


def docstring_text(value: Any) -> str:
    """Convert a docstring to Markdown, with sections as lists; keep code as it is."""
    first, *sections = SECTION.split(inspect.getdoc(value) or "")
    paragraphs = [
        paragraph if paragraph.startswith("    ") else " ".join(paragraph.split())
        for paragraph in first.strip("\n").split("\n\n")
    ]
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        lines = re.split(r"\n(?=\S)", textwrap.dedent(text).strip("\n"))
        listed = [" ".join(line.split()) for line in lines]
        if title in ("Args", "Attributes", "Raises"):
            listed = [re.sub(r"^([\w, ]+):", r"`\1`:", line) for line in listed]
        paragraphs.append(f"{title}:\n\n" + "\n".join(f"- {line}" for line in listed))
    return "\n\n".join(paragraphs)


def field_notes(cls: type) -> dict[str, str]:
    """Return the text below each field of a class, by the field's name."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - it is the source of a class
    notes = {}
    for field, note in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            value = note.value if isinstance(note, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                notes[field.target.id] = inspect.cleandoc(value.value)
    return notes
