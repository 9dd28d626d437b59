"""Overrides: values that replace those of a preset."""

from __future__ import annotations

import datetime as dt
import logging
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from artengine.errors import UsageError
from artengine.preset.address import Address, parse_address
from artengine.preset.migrations import new_address, renaming
from artengine.preset.toml_text import is_deep, long_numbers

logger = logging.getLogger("artengine")


LONGEST_SHOWN = 200
"""Maximum number of characters of an override that a message quotes."""


@dataclass(frozen=True, slots=True)
class Override:
    """A value that replaces one of a preset.

    Args:
        address: the address of the value.
        value: the text parsed as TOML; the text itself if it is not valid TOML.
        written: the original text, such as `dream.frames=100`.
        origin: the name of its origin in messages.
    """

    address: Address
    value: Any
    written: str
    origin: str = "--set"

    @property
    def text(self) -> str:
        """The text after the equals sign: the value for parameters of type str."""
        return self.written.partition("=")[2].strip()


def parse_override(written: str, origin: str = "--set") -> Override:
    """Split `feedback.noise.amount=0.5` into address and value.

    A renamed key is replaced by its new name, with a warning.

    Raises:
        ValueError: when the text is not an override.
    """
    place, equals, given = written.partition("=")
    if not equals or not place.strip():
        raise ValueError("write it as table.key=value, as dream.frames=100")
    if any("\ud800" <= character <= "\udfff" for character in written):
        raise ValueError("holds bytes that are no text in UTF-8; write it in UTF-8")
    address = parse_address(place)
    if new_address(address) != address:
        logger.warning("%s: %s", origin, renaming(address))
    return Override(new_address(address), _value(given.strip()), written, origin)


def parse_overrides(given: Iterable[str | Override], origin: str = "--set") -> list[Override]:
    """Parse every override of a command or a call; `Override` instances are not changed.

    Raises:
        UsageError: with a line for each text that is not an override.
    """
    parsed, problems = [], []
    for each in given:
        try:
            parsed.append(each if isinstance(each, Override) else parse_override(each, origin))
        except ValueError as error:
            problems.append(f"{origin}: {_short(str(each))}: {error}")
    if problems:
        raise UsageError(*problems)
    return parsed


def _short(written: str) -> str:
    return written if len(written) <= LONGEST_SHOWN else f"{written[:LONGEST_SHOWN]}..."


def _value(given: str) -> Any:
    try:
        table = tomllib.loads(f"value = {given}")
    except (ValueError, RecursionError):
        # Not TOML, or an integer with more digits than Python parses.
        return given
    value = table["value"]
    dates = (dt.date, dt.time)
    if len(table) > 1 or isinstance(value, dates):
        return given
    # A value that nests too deeply for `long_numbers` is rejected by `Document.put`.
    return given if not is_deep(value) and list(long_numbers(value)) else value
