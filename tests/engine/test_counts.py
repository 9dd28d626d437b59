"""Counts in messages: one of a thing is no plural."""

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
"""What stands before a plural and is never 1, or has a singular of its own."""


def test_no_message_has_a_plural_after_any_number() -> None:
    """Upper-case constants may have one."""
    found = [
        (path.name, name)
        for path in sorted(Path(artengine.__file__).parent.rglob("*.py"))
        for name in _PLURAL.findall(path.read_text(encoding="utf-8"))
        if not name.isupper() and name not in ABOVE_ONE
    ]
    assert not found
