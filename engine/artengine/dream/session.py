"""A session: a preset being dreamt, which may be changed while it plays."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from copy import deepcopy
from itertools import islice
from types import TracebackType
from typing import Any, Self

from artengine.chain import Chain
from artengine.curves.driven import CurveSet
from artengine.dream.changes import Change, ChangeQueue
from artengine.dream.controls import Controls
from artengine.dream.level import Level, PlayingLevel
from artengine.dream.loop import Predict, Turn
from artengine.dream.output import Output, OutputFrame
from artengine.dream.parts import Parts
from artengine.dream.reading import Reading
from artengine.dream.snapshot import Snapshot
from artengine.dream.stages import Stages
from artengine.dream.start import with_start
from artengine.dream.state import StateChain
from artengine.errors import UsageError
from artengine.frame import Picture, Size
from artengine.preset import Preset
from artengine.resolve import resolve

logger = logging.getLogger("artengine")


class Dream:
    """A preset being dreamt. Used as a context manager; iterating over it gives pictures.

        with Dream(load_preset("night-drive")) as dream:
            for picture in dream:               # uint8 (H, W, 3)
                dream.set("feedback.sharpen.amount", 0.3)

    Leaving the context stops reading the source. Entered again, it starts again.

    Args:
        preset: what to dream.
        predict: a network to dream with in place of the preset's weights and bends.
        endless: dream on after the preset's number of frames.
        resume: where an earlier dream of the same preset stopped.
        truth: read the source for every frame, so that each of `turns` has its source frame, even
            where the preset does not use it.
        after: an earlier dream that has ended, whose network is used again where it is the same.

    Raises:
        SourceError, WeightsError: when the footage or the weights cannot be used.
        UsageError: when `resume` is of another dream.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        predict: Predict | None = None,
        endless: bool = False,
        resume: Snapshot | None = None,
        truth: bool = False,
        after: Dream | None = None,
    ) -> None:
        self.stages = Stages()
        """Adds up where the time goes, from here on."""
        self.resolved = resolve(with_start(preset), network=predict is None)
        self.preset = self.resolved.preset
        self.length = None if endless else self.preset.dream.frames
        before = None if after is None else after._parts
        self._parts: Parts = Parts(self.resolved, network=predict, before=before)
        self._resume = resume
        self._truth = truth
        self._stack = ExitStack()
        self._set_up()
        if resume is not None:
            resume.check(self.identity, reads_source=self.reads_source)

    def _set_up(self) -> None:
        """Make everything new, as before the first frame."""
        preset, resume = self.preset, self._resume
        self._model = self._parts.model()
        self._feedback = preset.feedback_chain()
        self._state_chain = StateChain(preset.state, preset.seed)
        self._output = Output(preset.output_chain(), preset.dream.show)
        chains: dict[str, Chain | StateChain] = {
            "feedback": self._feedback,
            "state": self._state_chain,
            "output": self._output.chain,
        }
        self._numbers, self._inside = CurveSet(dict(preset.dream_curves)), self._parts.inside()
        looks = any(each.uses_truth for each in (*chains.values(), self._parts))
        replaces = preset.dream.truth_frames > 0 or "truth_frames" in preset.dream_curves
        self.reads_source = self._truth or replaces or looks
        self._controls = Controls(
            preset,
            model=self._model,
            chains=chains,
            numbers=self._numbers,
            inside=self._inside,
            uses_truth=self.reads_source,
        )
        self._index = 0 if resume is None else resume.index
        given = () if resume is None else resume.changes
        self._changes = ChangeQueue(given, self._index, self.length)
        self._readings: list[Reading] = []
        self._levels: list[Level] = []
        self._playing: list[PlayingLevel] = []
        self._closed = False

    @property
    def identity(self) -> str:
        """A digest of what is dreamt: two dreams of one identity make the same frames."""
        return self.resolved.identity

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._parts.footage.fps

    @property
    def size(self) -> Size:
        """Width and height of what is dreamt."""
        return self._parts.footage.size

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Width and height of every dream that plays: the film's, and with `dream.refine` above 1
        the smaller one that it follows."""
        return self._parts.sizes

    @property
    def output_size(self) -> Size:
        """Width and height of the film's pictures, after the output chain."""
        return self._output.chain.output_size(self.size)

    @property
    def source_time(self) -> float | None:
        """When the source frame at the film's first frame is shown in the source's file, in
        seconds; None where the source plays no single file."""
        return self._parts.source_time

    def load(self) -> None:
        """Load the network, which the first frame does otherwise."""
        _ = self._parts.network

    def read_ahead(self) -> None:
        """Begin to read the source, which the first frame does otherwise, until `close`."""
        if self._readings:
            return
        self._readings = self._parts.readings(self.length, self.reads_source, self.stages)
        for each in self._readings:
            each.begin(self._stack, None if self._resume is None else self._index)

    def __enter__(self) -> Self:
        if self._closed:
            self._set_up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading the source."""
        self._stack.close()
        self._playing = []
        self._closed = True

    def _begin(self) -> None:
        """Open the source and gather the context, unless the dream plays already."""
        if self._playing:
            return
        if self._closed:
            self._set_up()
        self._steering = self._parts.steering(self._model, self._numbers, self._inside, self.length)
        self.read_ahead()
        self._levels = self._parts.levels(
            self._readings, self._steering, self._feedback, self._state_chain
        )
        # All of the pictures before were made, so that changes of the output chain need not wait.
        for change in self._changes.applied:
            self._steering.signs.watch_for(change.value)
            self._make(change, self._levels)
        resume = self._resume
        if resume is None:
            self._playing = [level.start() for level in self._levels]
            return
        self._output.chain.restore(resume.output)
        self._steering.restore(resume.curves)
        self._playing = [
            level.resume(snapshot, resume.index)
            for level, snapshot in zip(self._levels, resume.levels, strict=True)
        ]

    def turns(self) -> Iterator[Turn]:
        """The frames to come, until the film's length or the end of the source."""
        self._begin()
        while self.length is None or self._index < self.length:
            # 1. The source's picture, at every size; the film ends where the source does.
            with self.stages.stage("waiting"):
                pictures = [p for level in self._playing for p in islice(level.pictures, 1)]
            if len(pictures) < len(self._playing):
                return
            # Nothing here holds a frame while the next one is dreamt.
            yield self._turn(pictures)

    def _turn(self, pictures: list[Picture | None]) -> Turn:
        # 2. What was changed since the frame before.
        for change in self._changes.take(self._index):
            self._apply(change)
        # 3. The small dream first, where there is one: the large one follows it.
        large, *small = self._playing
        coarse = small[0].step(pictures[1]) if small else None
        turn = large.step(pictures[0], coarse)
        self._steering.see(turn.fed)
        self._index += 1
        return turn

    def __iter__(self) -> Iterator[Picture]:
        # Not a loop, which would hold each turn until the next one is dreamt.
        return map(self.picture, map(self.output_frame, self.turns()))

    def output_frame(self, turn: Turn) -> OutputFrame:
        """What `picture` needs of a turn, so that the rest of the turn can be freed."""
        return self._output.frame_of(turn)

    def picture(self, frame: OutputFrame) -> Picture:
        """The film's picture of a turn: called once for each, in order, by one thread only."""
        return self._output.picture(frame, self._make)

    def set(self, address: str, value: Any, frame: int | None = None) -> None:
        """Change a parameter while the dream plays. May be called from any thread.

        Args:
            address: `feedback.noise.amount` (or `feedback.0.amount`; likewise `state` and
                `output`), `bend.noise.amount`, an automatable parameter of the model, as
                `model.pull`, a named curve, as `curves.kick`, or one of `[dream]`.
            value: a number, text or list; for a curve a table, or a text that is an expression.
            frame: the first frame that has it; by default the next one.

        A change that another one before its frame has made wrong is refused at that frame, with a
        warning: it is not among `changes`, and the parameter keeps its value.

        Raises:
            UsageError: when there is no such parameter, it cannot change while the dream plays,
                the value is not allowed, or the frame has been dreamt.
        """
        # A copy, so that the log keeps what was set.
        value = deepcopy(value)
        self._changes.add(self._controls.check(address, value), value, frame)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was changed so far, with the frame from which it has been so."""
        return self._changes.applied

    def _apply(self, change: Change) -> None:
        self._steering.signs.watch_for(change.value)
        if change.address.startswith("output."):
            self._output.add(change)
        else:
            self._make(change, self._levels)

    def _make(self, change: Change, levels: Sequence[Level] = ()) -> None:
        """Make a change, or refuse it with a warning where another one since has made it wrong."""
        try:
            self._controls.apply(change, levels)
        except UsageError as error:
            self._changes.drop(change)
            logger.warning(
                "%s; this change of frame %d is refused, and what was before it stays",
                error,
                change.frame,
            )

    def snapshot(self) -> Snapshot:
        """What is needed to continue later with `Dream(preset, resume=...)`.

        Take it between two pictures. If you make the pictures of `turns` on another thread, wait
        until that of the last turn is made: the output chain's state is part of the snapshot.
        """
        self._begin()
        return Snapshot(
            identity=self.identity,
            index=self._index,
            levels=tuple(level.snapshot() for level in self._playing),
            reads_source=self.reads_source,
            output=self._output.chain.state(),
            curves=self._steering.state(),
            changes=self._changes.all,
        )
