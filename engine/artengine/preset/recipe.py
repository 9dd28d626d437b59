"""Format presets as TOML, the way users write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomli_w


def to_toml(table: Mapping[str, Any]) -> str:
    """Format a preset's table: its `about`, plain values, `[tables]` and `[[arrays]]` of tables.

    Values inside those are on one line each, so that a curve is on the line of its parameter.
    """
    comment = plain_line(str(table.get("about") or ""))
    plain = {name: value for name, value in table.items() if not _is_block(value)}
    blocks = [(f"# {comment}\n" if comment else "") + _lines(plain)]
    for name, value in table.items():
        if isinstance(value, Mapping):
            blocks.append(f"[{_key(name)}]\n{_lines(value)}")
        elif _is_block(value):
            blocks += [f"[[{_key(name)}]]\n{_lines(each)}" for each in value]
    return "\n".join(filter(None, blocks))


def plain_line(text: str) -> str:
    """Return the text on one line, without characters that terminals or TOML comments reject."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _is_block(value: Any) -> bool:
    tables = isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value)
    return isinstance(value, Mapping) or bool(tables)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_inline(value)}\n" for name, value in table.items())


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_inline(each)}" for name, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    return tomli_w.dumps({"_": value}).removeprefix("_ = ").rstrip("\n")


def _key(name: str) -> str:
    return tomli_w.dumps({name: 0}).removesuffix(" = 0\n")
