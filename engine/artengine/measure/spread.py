"""Some of a film's frames, evenly spread, in memory that does not grow with its length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


@dataclass
class Spread(Generic[Kept]):
    """Keeps something of every frame until there are `most`, then of every second one, every fourth
    and so on.

    Args:
        most: how many are kept at most; an even number.
        length: how many frames there were.
        stride: the distance in frames of those that are kept.
        kept: what is kept of them, in their order.
    """

    most: int
    length: int = 0
    stride: int = 1
    kept: list[Kept] = field(default_factory=list)

    def feed(self, made: Callable[[], Kept]) -> None:
        """Take the next frame, of which `made` gives what is kept; it is called where it is."""
        if self.length % self.stride == 0:
            if len(self.kept) == self.most:
                del self.kept[1::2]
                self.stride *= 2
            self.kept.append(made())
        self.length += 1
