"""Parameters and keys as text that is read in a terminal, at most 80 columns wide."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping

from artengine.reference import Parameter

WIDTH = 80


def parameter_lines(parameters: Iterable[Parameter]) -> list[str]:
    """A block for each parameter: its name, what it takes and its default, then what it does."""
    lines: list[str] = []
    for parameter in parameters:
        lines += ["", *_wrapped(f"{parameter.name}: {_facts(parameter)}", 2, 6)]
        lines += _wrapped(parameter.about, 6)
    return lines


def choice_lines(choices: Mapping[str, str]) -> list[str]:
    """A paragraph for each name, with what it is beside it."""
    width = max(map(len, choices), default=0) + 2
    return [
        line
        for name, said in choices.items()
        for line in _wrapped(f"{name:{width}}{said}", 6, 6 + width)
    ]


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a docstring, each wrapped; indented code stays as it is."""
    parts = [
        part.split("\n") if part.startswith("    ") else _wrapped(part, 0)
        for part in text.split("\n\n")
    ]
    return "\n\n".join("\n".join(part) for part in parts).split("\n")


def _facts(parameter: Parameter) -> str:
    takes = parameter.allowed
    takes += f" in {parameter.unit}" if parameter.unit else ""
    takes += " or a curve" if parameter.curve else ""
    takes += " or a field" if parameter.field else ""
    if parameter.required:
        return f"{takes}; required"
    if parameter.default is None:
        return f"{takes}; may be left out"
    return f"{takes}; default {json.dumps(parameter.default, ensure_ascii=False)}"


def _wrapped(text: str, indent: int, later: int | None = None) -> list[str]:
    # Spaces that a caller lined up with stay; those of a docstring's line ends do not.
    return textwrap.wrap(
        text if "\n" not in text else " ".join(text.split()),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if later is None else later),
        break_long_words=False,
        break_on_hyphens=False,
    )
