"""A dream at one size: its loop, its source, and its state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from artengine.context_buffer import ContextBuffer
from artengine.dream.loop import DreamLoop, LoopState, Turn
from artengine.dream.reading import Reading
from artengine.dream.snapshot import LevelSnapshot
from artengine.errors import SourceError
from artengine.frame import Picture


class Level:
    """A dream at one size, before it begins.

    Args:
        loop: the dream loop.
        reading: the started reading of the source at that size.
    """

    def __init__(self, loop: DreamLoop, reading: Reading) -> None:
        self.loop = loop
        self._reading = reading

    def start(self) -> PlayingLevel:
        """Fill the context and start the dream.

        Raises:
            SourceError: when the source is too short.
        """
        state = self.loop.start(self._opening(self._reading.pictures))
        return PlayingLevel(self, self._reading.pictures, state)

    def resume(self, snapshot: LevelSnapshot, index: int) -> PlayingLevel:
        """Continue from a snapshot at frame `index`; the source is read from that frame on."""
        self.loop.network.restore(snapshot.network)
        self.loop.feedback.restore(snapshot.feedback)
        self.loop.state_chain.restore(snapshot.state_chain)
        self.loop.bend_masks.restore(snapshot.bend_masks)
        is_truth = (False,) * len(snapshot.frames)
        context = ContextBuffer(snapshot.frames, snapshot.truth, is_truth)
        return PlayingLevel(self, self._reading.pictures, LoopState(index, context))

    def set_setting(self, name: str, value: Any) -> None:
        """Change a value of the `[dream]` table."""
        settings = self.loop.settings.model_copy(update={name: value})
        self.loop = replace(self.loop, settings=settings)

    def _opening(self, pictures: Iterator[Picture | None]) -> Iterator[Picture]:
        """Yield the pictures of the context and the warm-up."""
        loop = self.loop
        for _ in range(loop.opening):
            picture = next(pictures, None)
            if picture is None:
                raise SourceError(
                    f"the source has fewer frames from {self._reading.start:g} s on than the "
                    f"{loop.opening} the network begins with; lower dream.start"
                    f"{' or dream.warmup' if loop.warmup else ''} or take a longer clip"
                )
            yield picture


@dataclass(slots=True)
class PlayingLevel:
    """A dream at one size that has begun.

    Args:
        level: the level.
        pictures: the remaining source pictures; None for each that is not used.
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
        """Return the state of the loop, its chains and its network."""
        loop, context = self.level.loop, self.state.context
        return LevelSnapshot(
            frames=context.frames,
            truth=context.truth,
            feedback=loop.feedback.state(),
            state_chain=loop.state_chain.state(),
            network=tuple(loop.network.state()),
            bend_masks=loop.bend_masks.state(),
        )
