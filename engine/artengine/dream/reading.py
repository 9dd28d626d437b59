"""Read a dream's source ahead of the dream."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice, repeat

from artengine.dream.allocator import ahead
from artengine.dream.prefetch import Prefetch
from artengine.dream.stages import Stages
from artengine.dream.start import late_start, opening_of
from artengine.frame import Picture
from artengine.preset import Preset
from artengine.source import Footage

logger = logging.getLogger("artengine")


@dataclass(slots=True)
class Reading:
    """The pictures of a source that a dream at one size uses.

    Args:
        footage: the source at that size.
        start: position in the source at which the dream begins, in seconds.
        opening: number of pictures before the film's first frame.
        frames: length of the film, or None for an endless one.
        uses_truth: whether pictures after the film's first frame are read too.
        stages: timer of the reading.
    """

    footage: Footage
    start: float
    opening: int
    frames: int | None
    uses_truth: bool
    stages: Stages
    pictures: Iterator[Picture | None] = field(init=False, repr=False)
    """The remaining pictures, after `begin`; None for each that is not used."""

    def begin(self, stack: ExitStack, index: int | None) -> None:
        """Start reading, on a thread that `stack` ends.

        Args:
            index: the film's frame to resume at; None to start before the film.
        """
        first, needed = (0, self.opening) if index is None else (self.opening + index, 0)
        # Do not read ahead beyond the film's end.
        most = None if self.frames is None else max(0, self.opening + self.frames - first)
        first += round(self.start * self.footage.fps)
        pictures = pictures_of(self.footage, first, None if self.uses_truth else needed, most)
        timed = self.stages.timed("source", pictures)
        self.pictures = stack.enter_context(Prefetch(timed, ahead(self.footage.size)))


def readings_of(
    preset: Preset,
    footages: Sequence[Footage],
    frames: int | None,
    stages: Stages,
    *,
    uses_truth: bool,
) -> list[Reading]:
    """Return the readings of a dream's source at each of its sizes. Log a warning if the start is
    past the source's end."""
    start, opening = float(preset.dream.start), opening_of(preset)
    late = late_start(start, footages[0])
    if late:
        logger.warning("%s", late)
    return [Reading(each, start, opening, frames, uses_truth, stages) for each in footages]


def pictures_of(
    footage: Footage, first: int, needed: int | None, most: int | None
) -> Iterator[Picture | None]:
    """Yield a source's pictures from `first` on.

    Args:
        needed: number of pictures that are used; None for all. Pictures after them are yielded as
            None, without reading those that are known to exist.
        most: maximum number of pictures if all are used; None for all of the source.
    """
    # No reference to the iterator is kept, so that its resources are freed after its last picture.
    yield from islice(footage.frames(first), most if needed is None else needed)
    if needed is None:
        return
    first += needed
    if footage.endless:
        yield from repeat(None)
    if footage.length is not None:
        sure = range(first, footage.length)
        yield from (None for _ in sure)
        first += len(sure)
    yield from (None for _ in footage.frames(first))
