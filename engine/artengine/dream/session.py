"""A session: a running dream of a preset, whose parameters may be changed."""

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
    """A running dream of a preset. Use it as a context manager, and iterate over its pictures.

        with Dream(load_preset("night-drive")) as dream:
            for picture in dream:               # uint8 (H, W, 3)
                dream.set("feedback.sharpen.amount", 0.3)

    Leaving the context stops reading the source. Entering it again restarts the dream.

    Args:
        preset: the preset.
        predict: a network to use in place of the preset's weights and bends.
        endless: continue after the preset's number of frames.
        resume: a snapshot of an earlier dream of the same preset.
        truth: read the source for every frame, so that each of `turns` has its source frame, even
            if the preset does not use it.
        after: an earlier dream that has ended; its network is reused if it is the same.

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
        """Timer of the stages, from here on."""
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
        """Create all parts anew, as before the first frame."""
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
        """A digest of the dream's inputs: dreams of the same identity make the same frames."""
        return self.resolved.identity

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._parts.footage.fps

    @property
    def size(self) -> Size:
        """Width and height of the frames before the output chain."""
        return self._parts.footage.size

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Width and height of every dream: the film's and, with `dream.refine` above 1, that of the
        smaller dream that it refines."""
        return self._parts.sizes

    @property
    def output_size(self) -> Size:
        """Width and height of the film's pictures, after the output chain."""
        return self._output.chain.output_size(self.size)

    @property
    def source_time(self) -> float | None:
        """Time in the source's file of the source frame at the film's first frame, in seconds; None
        if the source does not play a single file."""
        return self._parts.source_time

    def load(self) -> None:
        """Load the network now rather than at the first frame."""
        _ = self._parts.network

    def read_ahead(self) -> None:
        """Start reading the source now rather than at the first frame; `close` stops it."""
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
        """Open the source and fill the context, unless the dream has begun."""
        if self._playing:
            return
        if self._closed:
            self._set_up()
        self._steering = self._parts.steering(self._model, self._numbers, self._inside, self.length)
        self.read_ahead()
        self._levels = self._parts.levels(
            self._readings, self._steering, self._feedback, self._state_chain
        )
        # All earlier pictures were made, so changes of the output chain are applied at once.
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
        """Yield the remaining frames, until the film's length or the end of the source."""
        self._begin()
        while self.length is None or self._index < self.length:
            # 1. Read the source picture at every size; the film ends with the source.
            with self.stages.stage("waiting"):
                pictures = [p for level in self._playing for p in islice(level.pictures, 1)]
            if len(pictures) < len(self._playing):
                return
            # No reference to a frame is held here while the next one is dreamt.
            yield self._turn(pictures)

    def _turn(self, pictures: list[Picture | None]) -> Turn:
        # 2. Apply the changes since the last frame.
        for change in self._changes.take(self._index):
            self._apply(change)
        # 3. Step the small dream first, if there is one: the large one refines it.
        large, *small = self._playing
        coarse = small[0].step(pictures[1]) if small else None
        turn = large.step(pictures[0], coarse)
        self._steering.see(turn.fed)
        self._index += 1
        return turn

    def __iter__(self) -> Iterator[Picture]:
        # A loop would hold a reference to each turn until the next one is dreamt.
        return map(self.picture, map(self.output_frame, self.turns()))

    def output_frame(self, turn: Turn) -> OutputFrame:
        """Return the part of a turn that `picture` needs, so that the rest can be freed."""
        return self._output.frame_of(turn)

    def picture(self, frame: OutputFrame) -> Picture:
        """Return the film's picture of a turn. Call it once for each, in order, on one thread."""
        return self._output.picture(frame, self._make)

    def set(self, address: str, value: Any, frame: int | None = None) -> None:
        """Change a parameter while the dream plays. May be called from any thread.

        Args:
            address: `feedback.noise.amount` (or `feedback.0.amount`; likewise `state` and
                `output`), `bend.noise.amount`, an automatable parameter of the model such as
                `model.pull`, a named curve such as `curves.kick`, or one of `[dream]`.
            value: a number, text or list; for a curve a table, or an expression as text.
            frame: the first frame that has it; by default the next one.

        A change that an earlier change has made invalid is rejected at its frame, with a warning:
        it is not in `changes`, and the parameter keeps its value.

        Raises:
            UsageError: when there is no such parameter, it cannot change while the dream plays,
                the value is not allowed, or the frame has been dreamt.
        """
        # Copied, so that later mutations do not alter the log.
        value = deepcopy(value)
        self._changes.add(self._controls.check(address, value), value, frame)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes applied so far, with their frames."""
        return self._changes.applied

    def _apply(self, change: Change) -> None:
        self._steering.signs.watch_for(change.value)
        if change.address.startswith("output."):
            self._output.add(change)
        else:
            self._make(change, self._levels)

    def _make(self, change: Change, levels: Sequence[Level] = ()) -> None:
        """Apply a change, or reject it with a warning if another one has made it invalid."""
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
        """Return a snapshot with which `Dream(preset, resume=...)` continues later.

        Take it between two pictures. If you make the pictures of `turns` on another thread, wait
        for the last one: the output chain's state is part of the snapshot.
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
