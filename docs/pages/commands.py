"""The page of the command line, made from its help."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any
from unittest.mock import patch

import typer

from artengine.catalog import Catalog
from artengine.cli import app

INTRODUCTION = """\
# Command line

The output of `artengine COMMAND --help` for every command. This page is generated.
"""


def page(catalog: Catalog) -> str:
    """Return the whole page in Markdown."""
    parts = [INTRODUCTION]
    program = typer.main.get_command(app)
    for path in paths(program):
        parts += [
            f"## {' '.join(('artengine', *path))}\n",
            f"```text\n{help_text(program, path)}```\n",
        ]
    return "\n".join(parts)


def paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command: the program, then each group and its commands."""
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from paths(inner, (*path, name))


def help_text(program: Any, path: tuple[str, ...]) -> str:
    """Return a command's help in lines of 80 characters."""
    printed = StringIO()
    with patch.dict(os.environ, COLUMNS="80"), redirect_stdout(printed):
        program.main([*path, "--help"], prog_name="artengine", standalone_mode=False)
    return printed.getvalue()
