"""The command line, as its own help tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any
from unittest.mock import patch

import typer

from artengine.catalog import Catalog
from artengine.cli import app, main

INTRODUCTION = """\
# Command line

What `artengine COMMAND --help` prints, for every command. The page is generated.
"""


def page(catalog: Catalog) -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION]
    for path in paths(typer.main.get_command(app)):
        parts += [f"## {' '.join(('artengine', *path))}\n", f"```text\n{told(path)}```\n"]
    return "\n".join(parts)


def paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command: the program itself, then each group and what it holds."""
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from paths(inner, (*path, name))


def told(path: tuple[str, ...]) -> str:
    """A command's help, in lines of 80 characters."""
    printed = StringIO()
    with patch.dict(os.environ, COLUMNS="80"), redirect_stdout(printed):
        main([*path, "--help"])
    return printed.getvalue()
