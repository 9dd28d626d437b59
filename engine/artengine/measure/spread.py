"""An even sample of a film's frames, in memory that does not grow with its length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


@dataclass
class Spread(Generic[Kept]):
    """Keeps an item of every frame until there are `most`, then of every second frame, every fourth
    and so on.

    Args:
        most: the largest number of items to keep; an even number.
        length: the number of frames so far.
        stride: the distance in frames between kept items.
        kept: the kept items, in order.
    """

    most: int
    length: int = 0
    stride: int = 1
    kept: list[Kept] = field(default_factory=list)

    def feed(self, made: Callable[[], Kept]) -> None:
        """Take the next frame; `made` returns its item and is called only if the item is kept."""
        if self.length % self.stride == 0:
            if len(self.kept) == self.most:
                del self.kept[1::2]
                self.stride *= 2
            self.kept.append(made())
        self.length += 1
