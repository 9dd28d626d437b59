"""A session: a preset being dreamt, which may be changed while it plays."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import TracebackType
from typing import Any, Self

from artengine.binding import Binding
from artengine.curves import Clock
from artengine.dream.changes import Change, ChangeQueue
from artengine.dream.controls import Controls
from artengine.dream.level import Level, PlayingLevel
from artengine.dream.loop import DreamLoop, Predict, Turn
from artengine.dream.refine import smaller
from artengine.dream.snapshot import Snapshot
from artengine.dream.start import warmup_of, with_start
from artengine.dream.state import StateChain
from artengine.frame import Frame, Picture, Size, to_picture
from artengine.preset import Preset
from artengine.resolve import Resolved, resolve
from artengine.source import Footage
from artengine.weights import build_network, find_weights


@dataclass(frozen=True, slots=True)
class Shown:
    """What one of the film's pictures is made from.

    Args:
        clock: the film's time.
        frame: what the output chain is given.
        truth: the source frame, where an output effect looks at it.
        context_frames: what the network saw, where there are output effects.
    """

    clock: Clock
    frame: Frame
    truth: Frame | None
    context_frames: tuple[Frame, ...]


class Dream:
    """A preset being dreamt. Used as a context manager; iterating over it gives pictures.

        with Dream(load_preset("night-drive")) as dream:
            for picture in dream:               # uint8 (H, W, 3)
                dream.set("feedback.sharpen.amount", 0.3)

    Leaving the context stops reading the source. Entered again, it starts again.

    Args:
        preset: what to dream.
        predict: a network to dream with in place of the preset's weights.
        endless: dream on after the preset's number of frames.
        resume: where an earlier dream of the same preset stopped.
        truth: read the source at every moment, for whoever wants it of `turns`, even where nothing
            of the preset looks at it.

    Raises:
        SourceError, WeightsError: when the footage or the weights cannot be used.
        UsageError: when `resume` is of another dream.
    """

    def __init__(
        self,
        preset: Preset | Resolved,
        *,
        predict: Predict | None = None,
        endless: bool = False,
        resume: Snapshot | None = None,
        truth: bool = False,
    ) -> None:
        self._known = preset if isinstance(preset, Resolved) else None
        given = preset.preset if isinstance(preset, Resolved) else preset
        self.preset = preset = with_start(given)
        self.length = None if endless else preset.dream.frames
        self._given = predict
        self._resume = resume
        self._truth = truth
        self._stack = ExitStack()
        # Copied, for its automatable parameters change as the dream goes on.
        self._stepped = preset.model.model_copy()
        self._set_up()
        if resume is not None:
            resume.check(self.identity, reads_source=self._uses_truth)

    def _set_up(self) -> None:
        """Everything as it is before the first frame."""
        preset, resume = self.preset, self._resume
        for name in self._stepped.automatable():
            setattr(self._stepped, name, getattr(preset.model, name))
        self._model = Binding(self._stepped, dict(preset.model_curves), kinds=preset.catalog.curves)
        self._feedback = preset.feedback_chain()
        self._state_chain = StateChain(preset.state, preset.seed)
        self._output = preset.output_chain()
        chains = (self._feedback, self._state_chain, self._output)
        self._uses_truth = (
            self._truth or preset.dream.truth_frames > 0 or any(c.uses_truth for c in chains)
        )
        self._controls = Controls(
            preset,
            model=self._model,
            chains=dict(zip(("feedback", "state", "output"), chains, strict=True)),
            uses_truth=self._uses_truth,
        )
        self._index = 0 if resume is None else resume.index
        given = () if resume is None else resume.changes
        self._changes = ChangeQueue(given, self._index, self.length)
        self._output_changes: deque[Change] = deque()
        self._levels: list[Level] = []
        self._playing: list[PlayingLevel] = []
        self._closed = False

    @property
    def identity(self) -> str:
        """A digest of what is dreamt: two dreams of one identity make the same frames."""
        return self.resolved.identity

    @cached_property
    def resolved(self) -> Resolved:
        """What is dreamt, with its weights, source, arithmetic and versions."""
        return self._known or resolve(self.preset, network=self._given is None)

    @cached_property
    def footage(self) -> Footage:
        """The opened source, at the dream's size and frame rate."""
        size = self.preset.dream.size
        if size is None and self.resolved.weights is not None:
            size = self.resolved.weights.train_size
        return self._open(size)

    def _open(self, size: Size | None) -> Footage:
        return self.preset.source.open(size, self.preset.dream.fps)

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.footage.fps

    @property
    def size(self) -> Size:
        """Width and height of what is dreamt."""
        return self.footage.size

    @property
    def output_size(self) -> Size:
        """Width and height of the film's pictures, after the output chain."""
        return self._output.output_size(self.size)

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Width and height of every dream that plays: the film's, and with `dream.refine` above 1
        the smaller one that it follows."""
        refine = self.preset.dream.refine
        return (self.size,) if refine <= 1 else (self.size, smaller(self.size, refine))

    @cached_property
    def network(self) -> Predict:
        """The network, ready to step. The first use loads it."""
        if self._given is not None:
            return self._given
        weights = self.resolved.weights or find_weights(self.preset)
        settings = self.resolved.preset.dream
        from artengine.nn.precision import resolve_precision
        from artengine.nn.predictor import Predictor
        from artengine.nn.runtimes import build_dtype, runtime_for

        precision = resolve_precision(settings.precision)
        network = build_network(self.preset, weights, build_dtype(settings.runtime, precision))
        runtime = runtime_for(settings.runtime, self._stepped, network, precision)
        return Predictor(self._stepped, network, tile=settings.tile, runtime=runtime)

    @property
    def _described(self) -> str:
        """What messages call the network."""
        words = f'the network "{self._stepped.name}"'
        weights, settings = self.resolved.weights, self.resolved.preset.dream
        if self._given is not None or weights is None:
            return words
        return f"{words} ({weights.path}, {settings.runtime} in {settings.precision})"

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
        self._levels = self._made_levels()
        for change in self._changes.applied:
            self._apply(change)
        resume = self._resume
        if resume is None:
            self._playing = [level.start(self._stack) for level in self._levels]
            return
        self._output.restore(resume.output)
        self._playing = [
            level.resume(self._stack, snapshot, resume.index)
            for level, snapshot in zip(self._levels, resume.levels, strict=True)
        ]

    def _made_levels(self) -> list[Level]:
        """The dream at the film's size, and where it is refined, the smaller one that it follows.

        Both share the model, whose numbers belong to the moment. The smaller one has effects and a
        network state of its own.
        """
        preset, levels = self.preset, []
        large = (self.footage, self.network, self._feedback, self._state_chain)
        parts = [large]
        for size in self.sizes[1:]:
            chains = preset.feedback_chain(), StateChain(preset.state, preset.seed)
            parts.append((self._open(size), copy(self.network), *chains))
        for footage, network, feedback, state_chain in parts:
            loop = DreamLoop(
                network=network,
                described=self._described,
                model=self._model,
                context=preset.model.context,
                warmup=warmup_of(preset),
                feedback=feedback,
                state_chain=state_chain,
                settings=preset.dream,
                fps=footage.fps,
                seed=preset.seed,
                frames=self.length,
            )
            start = float(preset.dream.start)
            levels.append(Level(loop, footage, start=start, uses_truth=self._uses_truth))
        return levels

    def turns(self) -> Iterator[Turn]:
        """The frames to come, until the film's length or the end of the source."""
        self._begin()
        while self.length is None or self._index < self.length:
            # 1. The source's picture, at every size; the film ends where the source does.
            pictures = [picture for level in self._playing for picture in islice(level.pictures, 1)]
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
        self._index += 1
        return turn

    def __iter__(self) -> Iterator[Picture]:
        # Not a loop, which would hold each turn until the next one is dreamt.
        return map(self._picture_of, self.turns())

    def _picture_of(self, turn: Turn) -> Picture:
        return self.picture(self.shown(turn))

    def shown(self, turn: Turn) -> Shown:
        """What the film's picture of a turn is made from, so that all else can be let go."""
        return Shown(
            clock=turn.clock,
            frame=turn.prediction if self.preset.dream.show == "prediction" else turn.fed,
            truth=turn.truth if self._output.uses_truth else None,
            context_frames=turn.context_frames if len(self._output) else (),
        )

    def picture(self, shown: Shown) -> Picture:
        """The film's picture: the output chain, clipped, in 8 bits.

        Called once for each turn, in order, and always on one thread.
        """
        while self._output_changes and self._output_changes[0].frame <= shown.clock.index:
            self._controls.apply(self._output_changes.popleft(), ())
        frame = self._output.apply(shown.frame, shown.clock, shown.truth, shown.context_frames)
        return to_picture(frame)

    def set(self, address: str, value: Any, frame: int | None = None) -> None:
        """Change a parameter while the dream plays. May be called from any thread.

        Args:
            address: `feedback.noise.amount` (or `feedback.0.amount`; likewise `state` and
                `output`), an automatable parameter of the model, as `model.pull`, or
                `dream.truth_frames`.
            value: a number, text or list, or a table for a curve.
            frame: the first frame that has it; by default the next one.

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
        if change.address.startswith("output."):
            self._output_changes.append(change)
        else:
            self._controls.apply(change, self._levels)

    def snapshot(self) -> Snapshot:
        """What is needed to go on later with `Dream(preset, resume=...)`.

        Taken between two pictures. Whoever makes pictures of `turns` on another thread waits until
        the last turn's is made, for the output chain remembers what it was shown so far.
        """
        self._begin()
        return Snapshot(
            identity=self.identity,
            index=self._index,
            levels=tuple(level.snapshot() for level in self._playing),
            reads_source=self._uses_truth,
            output=self._output.state(),
            changes=self._changes.all,
        )
