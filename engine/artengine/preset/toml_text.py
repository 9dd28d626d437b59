"""Parse TOML, with helpful errors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from artengine.preset.address import CHAINS, LISTS, Address, write_address

MOST_LEVELS = 32
"""Maximum nesting depth of tables and lists."""

MOST_BYTES = 1_000_000
"""Maximum size of a preset in bytes."""

MOST_BRACKETS = 20_000
"""Maximum number of opening brackets of a preset, counted before it is parsed."""

LONGEST_NUMBER = 1000
"""Maximum number of bits of an integer; the largest float has 1024."""

TOO_MANY_DIGITS = "a whole number of too many digits; shorten it"
"""The error for a longer integer. Python cannot even print one of thousands of digits."""

_LONG_NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d_]{4000,}(?![\w.])")


PLAIN_PATHS = r"write a Windows path in '...', as 'C:\clips\a.mp4', or with / as C:/clips/a.mp4"
"""The advice for an unintended escape sequence in a quoted text."""

_KEY_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re.compile(
    rf"(?:^|[{{,])[ \t]*\[*[ \t]*(?:{_KEY_PART}[ \t]*\.[ \t]*){{{MOST_LEVELS}}}", re.MULTILINE
)


def read_text(path: Path) -> str:
    """Read a preset's text. Raises ValueError if the file cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"has more than {MOST_BYTES:,} bytes, and so is no preset")
        # Some editors on Windows write a byte order mark.
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError("is not text in UTF-8") from error


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML. Raises ValueError with the line of the first mistake."""
    if text.count("[") + text.count("{") > MOST_BRACKETS:
        raise ValueError(f"holds more than {MOST_BRACKETS:,} tables and lists, and so is no preset")
    if _DEEP_KEY.search(text):
        # The time of tomllib is quadratic in the number of a key's parts.
        raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels")
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_located(str(error), text)) from error
    except ValueError as error:
        number = _LONG_NUMBER.search(text)
        line = text.count("\n", 0, number.start()) + 1 if number else 0
        where = f"line {line}: " if line else ""
        raise ValueError(f"{where}{TOO_MANY_DIGITS}") from error
    if is_deep(table):
        raise ValueError(f"nests too deeply; allowed: {MOST_LEVELS} levels")
    # Python parses long integers in hexadecimal notation, so check those here.
    for address in long_numbers(table):
        raise ValueError(f"{write_address(address)}: {TOO_MANY_DIGITS}")
    return table


def _located(message: str, text: str) -> str:
    found = re.fullmatch(r"(.*) \(at (.*)\)", message)
    message, where = (found[1], found[2]) if found else (message, "")
    opened = _UNCLOSED.fullmatch(message)
    if opened:
        return _unclosed(where, text, opened[1])
    if not where.startswith("line"):
        where = f"line {text.rstrip().count(chr(10)) + 1}"
    hint = "; write texts in quotes" if message == "Invalid value" else ""
    numbered = re.match(r"line (\d+)", where)
    line = text.split("\n")[int(numbered[1]) - 1] if numbered else ""
    twice = _given_twice(message, line, text) if numbered and _TWICE.match(message) else ""
    if numbered and twice:
        return f"{numbered[0]}: {twice}"
    if "after a statement" in message and re.search(r'=\s*"[^"]*"\s*[\w.(]', line):
        hint = "; inside of a text in double quotes, write quotes as '"
    if re.search(r'"[^"]*\\', line) and ("hex value" in message or "escape" in message.lower()):
        hint = f"; {PLAIN_PATHS}"
    if numbered and ("key part" in message or "inline table" in message):
        hint = _inline_table(text.split("\n")[: int(numbered[1])])
    return f"{where}: {message[:1].lower()}{message[1:]}{hint}"


_TWICE = re.compile(r"Cannot (?:overwrite|declare|mutate)|Duplicate inline table key '(.*)'")
"""Messages of tomllib for a key that has a value already."""

_HEADER = re.compile(r"\s*(\[+)\s*([^\[\]]+?)\s*\]")

_KEY = re.compile(rf"\s*({_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART})*)\s*=")


def _given_twice(message: str, line: str, text: str) -> str:
    """Return which key of a line is given twice; empty if it cannot be told."""
    inline = _TWICE.match(message)
    if inline and inline[1]:
        return f"{inline[1]} is given twice; keep one of them"
    header = _HEADER.match(line)
    if header is None:
        key = _KEY.match(line)
        # A part of a dotted key may be a plain value, and then nothing is given twice.
        keys = [each[1] for each in map(_KEY.match, text.split("\n")) if each]
        told = key and ("." not in key[1] or keys.count(key[1]) > 1)
        return f"{key[1]} is given twice; keep one of them" if key and told else ""
    brackets, name = header.groups()
    mixed = brackets == "[[" or re.search(
        rf"^\s*\[\[\s*{re.escape(name)}\s*\]\]", text, re.MULTILINE
    )
    if name in LISTS and mixed and "mutate" not in message:
        entry = "effect" if name in CHAINS else "entry"
        return (
            f"write either [[{name}]], for a new list, or [{name}.NAME], which changes one {entry} "
            "of the extended preset; one preset cannot have both"
        )
    return f"[{name}] is given twice; write everything below one of them"


_UNCLOSED = re.compile(
    r"""(?:Illegal|Found invalid) character '\\n'|Unterminated string|Expected "('+)\""""
)
"""Messages of tomllib for a missing closing quote, at the end of the line or of the file."""


def _unclosed(where: str, text: str, quote: str | None) -> str:
    if where.startswith("line"):
        return f"{where}: a quote is missing; a text ends on its line with the quote it began with"
    # The text is not closed, so the last quote is the one that opens it.
    if quote is None:
        quote = '"""' if text[: text.rfind('"') + 1].endswith('"""') else '"'
    begins = text.rfind(quote)
    line = text.count("\n", 0, begins) + 1
    column = begins - text.rfind("\n", 0, begins)
    place = f"line {line}, column {column}"
    return f"{place}: a quote is missing; nothing closes the text that begins here"


def _inline_table(lines: list[str]) -> str:
    """Advice on how to write a table in braces that spans several of these lines.

    It is empty if none of the lines has an unclosed brace.
    """
    opened = [n for n, line in enumerate(lines) if re.match(r"[^#\[]*=.*\{", line)]
    rest = "".join(lines[opened[-1] :]) if opened else ""
    if rest.count("{") <= rest.count("}"):
        return ""
    first = lines[opened[-1]]
    headers = [re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]+", line) for line in lines[: opened[-1]]]
    table = next((header[1] for header in reversed(headers) if header), "")
    keys = [table] if table else []
    keys += re.findall(r"([\w.-]+|\"[^\"]*\")\s*=\s*\{", first)
    return (
        f"; a table in {{ }} must be on one line; over several lines write [{'.'.join(keys)}] "
        "after the other parameters, and below it a line for each key"
    )


def first_comment(text: str) -> str:
    """Return the comment at the start of a preset, on one line, without `#:` lines for editors.

    It ends at the first line that is not a comment.
    """
    lines = []
    for line in text.lstrip().splitlines():
        if not line.startswith("#"):
            break
        if not line.startswith("#:"):
            lines.append(line.lstrip("#").strip())
    return " ".join(filter(None, lines))


def long_numbers(value: Any, address: Address = ()) -> Iterator[Address]:
    """Yield the addresses of integers with more than `LONGEST_NUMBER` bits."""
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        yield address
    elif isinstance(value, dict):
        for name, inside in value.items():
            yield from long_numbers(inside, (*address, name))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from long_numbers(inside, (*address, number))


def is_deep(value: Any) -> bool:
    """Return whether tables and lists are nested deeper than `MOST_LEVELS`.

    Dotted keys can nest deeper than Python can recurse, so this is iterative.
    """
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        holders = [each for each in level if isinstance(each, dict | list)]
        level = [
            inside
            for holder in holders
            for inside in (holder.values() if isinstance(holder, dict) else holder)
        ]
    return any(isinstance(each, dict | list) for each in level)
