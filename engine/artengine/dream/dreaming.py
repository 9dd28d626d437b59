"""A dream from a preset: source, network and chains put together, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from functools import cached_property
from itertools import islice, repeat
from types import TracebackType
from typing import Any, Literal, Self

from artengine.chain import Chain
from artengine.dream.allocator import ahead
from artengine.dream.loop import DreamLoop, Predict, Snapshot, Turn, shown
from artengine.dream.prefetch import Prefetch
from artengine.dream.refine import smaller
from artengine.dream.state import StateChain
from artengine.errors import SourceError, UsageError, did_you_mean
from artengine.frame import Picture, Size, to_picture
from artengine.params import Binding
from artengine.preset import Preset
from artengine.source import Footage
from artengine.weights import build_network, find_weights


class Dream:
    """A preset's dream. Used as a context manager; iterating over it gives pictures.

        with Dream(load_preset("night-drive")) as dream:
            for picture in dream:               # uint8 (H, W, 3)
                dream.set("feedback.0.amount", 0.3)

    Args:
        preset: what to dream.
        predict: a network to dream with in place of the preset's weights.
        endless: dream on after the preset's number of frames.
        resume: where an earlier dream of the same preset stopped.
        truth: read the source at every moment, for whoever wants it of `turns`, even where nothing
            of the preset looks at it.

    Raises:
        SourceError, WeightsError: when the footage or the weights cannot be used.
        UsageError: when `resume` is of a dream that put no truth back, and this one does, or that
            was refined, and this one is not, or in which something was changed that is not here.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        predict: Predict | None = None,
        endless: bool = False,
        resume: Snapshot | None = None,
        truth: bool = False,
    ) -> None:
        self.preset = preset
        self.length = None if endless else preset.dream.frames
        # Copied, for its automatable parameters change as the dream goes on.
        self._model = preset.model.model_copy()
        self.model = Binding(self._model, dict(preset.model_curves))
        self.feedback = preset.feedback_chain()
        self.output = preset.output_chain()
        self.state = StateChain(preset.state, preset.seed)
        self._given = predict
        self._resume = resume
        self._changes: dict[str, Any] = {}
        for place, value in resume.changes.items() if resume else ():
            self._change(place, value)
        self._uses_truth = (
            truth
            or preset.dream.truth_frames > 0
            or any(chain.uses_truth for chain in (self.feedback, self.state, self.output))
        )
        self._stack = ExitStack()
        self._loop: DreamLoop | None = None

    @cached_property
    def footage(self) -> Footage:
        """The opened source, at the dream's size and frame rate."""
        settings = self.preset.dream
        size = settings.size
        if size is None and self._given is None:
            size = find_weights(self.preset).train_size
        return self.preset.source.open(size, settings.fps)

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.footage.fps

    @property
    def size(self) -> Size:
        """Width and height of what is dreamt."""
        return self.footage.size

    @property
    def output_size(self) -> Size:
        """Width and height of what is shown, after the output chain."""
        return self.output.output_size(self.size)

    @cached_property
    def predict(self) -> Predict:
        """The network, ready to step."""
        if self._given is not None:
            return self._given
        weights, settings = find_weights(self.preset), self.preset.dream
        from artengine.nn.precision import resolve_precision
        from artengine.nn.predictor import Predictor
        from artengine.nn.runtimes import build_dtype, runtime_for

        precision = resolve_precision(settings.precision)
        network = build_network(self.preset, weights, build_dtype(settings.runtime, precision))
        runtime = runtime_for(settings.runtime, self._model, network, precision)
        return Predictor(self._model, network, tile=settings.tile, runtime=runtime)

    @cached_property
    def guide(self) -> Dream | None:
        """The same dream at a smaller size, where this one refines it."""
        settings = self.preset.dream
        if settings.refine <= 1:
            return None
        small = settings.model_copy(
            update={"refine": 1.0, "size": smaller(self.size, settings.refine)}
        )
        guide = Dream(
            replace(self.preset, dream=small),
            # A twin, with a memory of its own.
            predict=copy(self.predict),
            endless=self.length is None,
            resume=None if self._resume is None else self._resume.guide,
        )
        # Both networks step with one model, and both loops set its numbers to the same moments.
        guide.model = self.model
        return guide

    def __enter__(self) -> Self:
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
        self._loop = None

    def turns(self) -> Iterator[Turn]:
        """The turns of the loop, from where the dream stands."""
        if self._loop is None:
            self._loop = self._start()
        return iter(self._loop)

    def __iter__(self) -> Iterator[Picture]:
        # Not a loop, which would hold each turn until the next one is dreamt.
        return map(self.picture, self.turns())

    def picture(self, turn: Turn) -> Picture:
        """What the film shows of a turn: the output chain, clipped, in 8 bits."""
        frame = shown(turn, self.preset.dream)
        return to_picture(self.output.apply(frame, turn.clock, turn.truth, turn.context_frames))

    def lean(self, turn: Turn) -> Turn:
        """A turn without the frames that its picture is not made of, so that they are let go."""
        frame = shown(turn, self.preset.dream)
        return replace(
            turn,
            prediction=frame,
            fed=frame,
            truth=turn.truth if self.output.uses_truth else None,
            context_frames=turn.context_frames if len(self.output) else (),
        )

    def set(self, place: str, value: Any) -> None:
        """Change a parameter of an effect, or an automatable one of the model, between two frames.

        Args:
            place: as on the command line, `feedback.0.amount`, `state.0.angle`,
                `output.1.factor` or `model.temperature`.
            value: a number, text or list, or a table for a curve.

        Raises:
            UsageError: when there is no such parameter, or the value is not allowed.
        """
        self._change(place, value)
        # The model is one for both.
        if self.guide is not None and not place.startswith("model."):
            self.guide.set(place, value)

    def _change(self, place: str, value: Any) -> None:
        """Change a parameter of this dream, and not of its guide."""
        chain_name, _, rest = place.partition(".")
        if chain_name == "model":
            self._set_model(rest, value)
        else:
            self._set_effect(place, value)
        self._changes[place] = value

    def _set_effect(self, place: str, value: Any) -> None:
        chain_name, _, rest = place.partition(".")
        number, _, name = rest.partition(".")
        chains: dict[str, Chain | StateChain] = {
            "feedback": self.feedback,
            "state": self.state,
            "output": self.output,
        }
        chain = chains.get(chain_name)
        if chain is None or not number.isdigit() or int(number) >= len(chain) or not name:
            raise UsageError(
                f'"{place}" is no parameter of this dream; write feedback.0.NAME, state.0.NAME or '
                f"output.0.NAME, with {len(self.feedback)} feedback, {len(self.state)} state and "
                f"{len(self.output)} output effects"
            )
        try:
            chain.set(int(number), name, value)
        except ValueError as error:
            raise UsageError(f"{chain_name}.{number}.{error}") from error

    def _set_model(self, name: str, value: Any) -> None:
        names = sorted(self._model.automatable())
        if name not in names:
            raise UsageError(
                f'"model.{name}" cannot change in a dream{did_you_mean(name, names)}; of '
                f'"{self._model.name}" these can: {", ".join(names) or "none"}'
            )
        try:
            self.model.set(name, value)
        except ValueError as error:
            raise UsageError(f"model.{error}") from error

    def snapshot(self) -> Snapshot:
        """What is needed to go on later with `Dream(preset, resume=...)`.

        Taken between two pictures. Whoever makes pictures of `turns` on another thread waits until
        the last turn's is made, for the output chain remembers what it was shown so far.
        """
        if self._loop is None:
            self._loop = self._start()
        return replace(
            self._loop.snapshot(),
            output=self.output.state(),
            changes=dict(self._changes),
            guide=None if self.guide is None else self.guide.snapshot(),
        )

    def _start(self) -> DreamLoop:
        context, settings = self.preset.model.context, self.preset.dream
        warmup = self._model.warmup if settings.warmup is None else settings.warmup
        first, lead = round(settings.start * self.fps), context + warmup
        if self._resume is not None:
            if settings.truth_frames and any(truth is None for truth in self._resume.truth):
                raise UsageError(
                    "the dream to go on from used no truth frames and kept none; leave "
                    "dream.truth_frames at 0, or start again"
                )
            if (self._resume.guide is None) != (self.guide is None):
                raise UsageError(
                    "the dream to go on from was refined and this one is not, or the other way "
                    "round; leave dream.refine as it was, or begin anew"
                )
            first, lead = first + self._resume.index + lead, 0
            self.output.restore(self._resume.output)
        else:
            self.output.reset()
        looked_at = None if self._uses_truth else lead
        truths = self._stack.enter_context(
            Prefetch(truths_of(self.footage, first, looked_at), ahead(self.size))
        )
        try:
            return DreamLoop(
                self.predict,
                truths,
                context=context,
                feedback=self.feedback,
                settings=settings,
                fps=self.fps,
                seed=self.preset.seed,
                frames=self.length,
                bend=self.state,
                warmup=warmup,
                resume=self._resume,
                model=self.model,
                guide=self._stack.enter_context(self.guide).turns() if self.guide else None,
            )
        except StopIteration:
            raise SourceError(
                f"{self.preset.name}: the source has fewer frames from "
                f"{settings.start:g} s on than the {context + warmup} the network begins with; "
                f"lower dream.start{' or dream.warmup' if warmup else ''} or take a longer clip"
            ) from None


def truths_of(footage: Footage, first: int, looked_at: int | None) -> Iterator[Picture | None]:
    """Yield a source's pictures from `first` on.

    Args:
        looked_at: how many are needed, None for all. The others are None and, as long as the
            source surely has them, not even read.
    """
    # Nothing else refers to the iterator, so that what it holds is freed where it is not read on.
    yield from islice(footage.frames(first), looked_at)
    if looked_at is None:
        return
    first += looked_at
    if footage.endless:
        yield from repeat(None)
    if footage.length is not None:
        sure = range(first, footage.length)
        yield from (None for _ in sure)
        first += len(sure)
    yield from (None for _ in footage.frames(first))


def with_precision(
    preset: Preset, precision: Literal["float32", "bfloat16"] | None = None
) -> Preset:
    """The preset that names the precision it is dreamt in, so that its recipe makes the same film
    on a machine of another kind.

    Args:
        precision: what `auto` is; by default what it is here.
    """
    settings = preset.dream
    if settings.precision != "auto":
        return preset
    if precision is None:
        from artengine.nn.precision import resolve_precision

        precision = resolve_precision(settings.precision)
    table = {**preset.table.get("dream", {}), "precision": precision}
    return replace(
        preset,
        dream=settings.model_copy(update={"precision": precision}),
        table={**preset.table, "dream": table},
    )
