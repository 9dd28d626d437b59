"""A dream at one size: its loop, its source, and its state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice, repeat
from typing import Any

from artengine.context_buffer import ContextBuffer
from artengine.dream.allocator import ahead
from artengine.dream.loop import DreamLoop, LoopState, Turn
from artengine.dream.prefetch import Prefetch
from artengine.dream.snapshot import LevelSnapshot
from artengine.errors import SourceError
from artengine.frame import Picture
from artengine.source import Footage


class Level:
    """A dream at one size, before it begins.

    Args:
        loop: what is dreamt.
        footage: the source at that size.
        start: where in the source it begins, in seconds.
        uses_truth: whether source pictures are read after the film's first frame too.
    """

    def __init__(
        self, loop: DreamLoop, footage: Footage, *, start: float, uses_truth: bool
    ) -> None:
        self.loop = loop
        self._footage = footage
        self._start = start
        self._uses_truth = uses_truth

    def start(self, stack: ExitStack) -> PlayingLevel:
        """Open the source, which `stack` closes, and gather the context.

        Raises:
            SourceError: when the source is too short.
        """
        pictures = self._read(stack, 0, self.loop.opening)
        return PlayingLevel(self, pictures, self.loop.start(self._opening(pictures)))

    def resume(self, stack: ExitStack, snapshot: LevelSnapshot, index: int) -> PlayingLevel:
        """Go on from a snapshot at frame `index`; `stack` closes the source."""
        self.loop.network.restore(snapshot.network)
        self.loop.feedback.restore(snapshot.feedback)
        self.loop.state_chain.restore(snapshot.state_chain)
        self.loop.bend_masks.restore(snapshot.bend_masks)
        is_truth = (False,) * len(snapshot.frames)
        context = ContextBuffer(snapshot.frames, snapshot.truth, is_truth)
        pictures = self._read(stack, self.loop.opening + index, 0)
        return PlayingLevel(self, pictures, LoopState(index, context))

    def set_setting(self, name: str, value: Any) -> None:
        """Give the `[dream]` table another value."""
        settings = self.loop.settings.model_copy(update={name: value})
        self.loop = replace(self.loop, settings=settings)

    def _read(self, stack: ExitStack, first: int, needed: int) -> Iterator[Picture | None]:
        """The source's pictures, of which `needed` ones are looked at in any case."""
        frames = self.loop.frames
        # Beyond the film's end none is read ahead.
        most = None if frames is None else max(0, self.loop.opening + frames - first)
        first += round(self._start * self._footage.fps)
        pictures = pictures_of(self._footage, first, None if self._uses_truth else needed, most)
        timed = self.loop.stages.timed("source", pictures)
        return stack.enter_context(Prefetch(timed, ahead(self._footage.size)))

    def _opening(self, pictures: Iterator[Picture | None]) -> Iterator[Picture]:
        """The pictures that the dream begins with."""
        loop = self.loop
        for _ in range(loop.opening):
            picture = next(pictures, None)
            if picture is None:
                raise SourceError(
                    f"the source has fewer frames from {self._start:g} s on than the "
                    f"{loop.opening} the network begins with; lower dream.start"
                    f"{' or dream.warmup' if loop.warmup else ''} or take a longer clip"
                )
            yield picture


@dataclass(slots=True)
class PlayingLevel:
    """A dream at one size that has begun.

    Args:
        level: what it is.
        pictures: the source's pictures to come; None where nothing looks at them.
        state: the loop's state.
    """

    level: Level
    pictures: Iterator[Picture | None]
    state: LoopState

    def step(self, picture: Picture | None, coarse: Turn | None = None) -> Turn:
        """Dream one frame. Raises as `DreamLoop.step` does."""
        self.state, turn = self.level.loop.step(self.state, picture, coarse)
        return turn

    def snapshot(self) -> LevelSnapshot:
        """The state of the loop, its chains and its network."""
        loop, context = self.level.loop, self.state.context
        return LevelSnapshot(
            frames=context.frames,
            truth=context.truth,
            feedback=loop.feedback.state(),
            state_chain=loop.state_chain.state(),
            network=tuple(loop.network.state()),
            bend_masks=loop.bend_masks.state(),
        )


def pictures_of(
    footage: Footage, first: int, needed: int | None, most: int | None
) -> Iterator[Picture | None]:
    """Yield a source's pictures from `first` on.

    Args:
        needed: how many are looked at, None for all. Those after them are None and, as long as the
            source surely has them, not even read.
        most: how many there are where all are looked at, None for all that the source has.
    """
    # Nothing else refers to the iterator, so that what it holds is freed where it is not read on.
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
