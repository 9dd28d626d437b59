"""The inputs of the masks of one effect, at one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from artengine.curves import SignalContext
from artengine.frame import Frame, Size, size_of
from artengine.masks.films import Player
from artengine.masks.seen import Seen
from artengine.mixing import resized


class Truth:
    """The current source frame, shared by all effects of a chain.

    Args:
        frame: `(H, W, 3)`; None if the source is not read.
    """

    def __init__(self, frame: Frame | None) -> None:
        self._frame = frame
        self._sizes: dict[Size, Seen] = {}

    def at(self, size: Size) -> Seen | None:
        """Return the source frame at a size, which an output chain may have changed."""
        if self._frame is not None and size not in self._sizes:
            self._sizes[size] = Seen(resized(self._frame, size))
        return self._sizes.get(size)


@dataclass(frozen=True, slots=True)
class View:
    """The inputs of masks.

    Args:
        now: the film's time and its named signals.
        dream: the frame that the effect receives.
        truth: the source frame.
        last: the frame that the effect received one frame earlier; `dream` at the first one.
        last_truth: the source frame of that frame.
        films: the players of the files of masks, by path.
    """

    now: SignalContext
    dream: Seen
    truth: Seen
    last: Seen
    last_truth: Seen
    films: Mapping[str, Player] = field(default_factory=dict)

    @property
    def size(self) -> Size:
        """Width and height."""
        return size_of(self.dream.frame)
