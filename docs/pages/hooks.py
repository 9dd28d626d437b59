"""The page of the hooks of plugins."""

from __future__ import annotations

import inspect

from artengine import hookspecs
from artengine.catalog import Catalog
from pages.markdown import cell, row

INTRODUCTION = """\
# Hooks

A plugin is a module with functions that have the names of hooks and are marked with `hookimpl` of
`artengine.api`. A function may take any of the hook's arguments, by name.
[Write a plugin](plugins.md) has examples. This page is generated.

| hook | called when, or returns | since |
| --- | --- | --- |
"""


def page(catalog: Catalog) -> str:
    """Return the whole page in Markdown."""
    lines = []
    marker = f"{hookspecs.hookspec.project_name}_spec"
    for name, function in vars(hookspecs).items():
        if hasattr(function, marker):
            arguments = ", ".join(inspect.signature(function).parameters)
            description, _, since = (inspect.getdoc(function) or "").partition(".. versionadded:: ")
            lines.append(row(f"`{name}({arguments})`", cell(description), cell(since)))
    return INTRODUCTION + "\n".join(lines) + "\n"
