"""What follows a source's last picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Literal

AtEnd = Literal["loop", "ping-pong", "stop"]
"""`loop` starts again, `ping-pong` plays backwards and forwards in turn, `stop` ends."""


def numbers(length: int, at_end: AtEnd, start: int) -> Iterator[int]:
    """Yield the numbers of the pictures to show, each in 0..length-1, from place `start` on."""
    if at_end == "stop" or length < 2:
        yield from range(start, length) if at_end == "stop" else (0 for _ in count())
        return
    period = length if at_end == "loop" else 2 * length - 2
    for place in count(start):
        phase = place % period
        yield phase if phase < length else period - phase
