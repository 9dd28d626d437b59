"""Parameters and keys as text for a terminal, at most 80 columns wide."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping

from artengine.reference import Parameter

WIDTH = 80


def parameter_lines(parameters: Iterable[Parameter]) -> list[str]:
    """Format a block for each parameter: name, allowed values and default, then description."""
    lines: list[str] = []
    for parameter in parameters:
        lines += ["", *_wrapped(f"{parameter.name}: {_facts(parameter)}", 2, 6)]
        lines += _wrapped(parameter.about, 6)
    return lines


def choice_lines(choices: Mapping[str, str]) -> list[str]:
    """Format a paragraph for each name, with its description next to it."""
    width = max(map(len, choices), default=0) + 2
    return [
        line
        for name, about in choices.items()
        for line in _wrapped(f"{name:{width}}{about}", 6, 6 + width)
    ]


def paragraphs(text: str) -> list[str]:
    """Wrap each paragraph of a docstring; indented code stays as it is."""
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
    # Keep spaces with which a caller aligns columns; drop the indentation of docstrings.
    return textwrap.wrap(
        text if "\n" not in text else " ".join(text.split()),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if later is None else later),
        break_long_words=False,
        break_on_hyphens=False,
    )
