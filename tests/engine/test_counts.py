"""Counts in messages: a count of 1 has a singular noun."""

from __future__ import annotations

import re
from pathlib import Path

import artengine
from artengine.counts import counted


def test_one_is_singular() -> None:
    assert [counted(n, "frame") for n in (0, 1, 2, 1234)] == [
        "0 frames", "1 frame", "2 frames", "1,234 frames",
    ]  # fmt: skip


_PLURAL = re.compile(
    r"""\{([^{}:]+)(?::[^{}]*)?\}(?:[ ]|[ ]?"\s+f?"[ ]?)
        (?:frames|files|pieces|scenes|pictures|steps|variables|numbers|windows)\b""",
    re.VERBOSE,
)

ABOVE_ONE = {"least", "sinks.written", "self.frames"}
"""Expressions before a plural that are never 1, or that have a separate singular."""


def test_no_message_has_a_plural_after_any_number() -> None:
    """Upper-case constants may be followed by a plural."""
    results = [
        (path.name, name)
        for path in sorted(Path(artengine.__file__).parent.rglob("*.py"))
        for name in _PLURAL.findall(path.read_text(encoding="utf-8"))
        if not name.isupper() and name not in ABOVE_ONE
    ]
    assert not results
