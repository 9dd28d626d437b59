"""The dream loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from artengine.chain import Chain
from artengine.context_buffer import ContextBuffer
from artengine.curves import Clock
from artengine.dream.refine import refined
from artengine.dream.state import StateChain
from artengine.errors import PluginError
from artengine.frame import Frame, Picture, to_read_only_frame
from artengine.params import Binding
from artengine.settings import DreamSettings


class Predict(Protocol):
    """What the loop asks of a network; `artengine.nn.predictor.Predictor` is one."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        """Predict the frame after those, given in the order the network is shown them."""

    def reset(self) -> None:
        """Forget a recurrent network's state."""

    def state(self) -> list[npt.NDArray[np.generic]]:
        """A recurrent network's state."""

    def restore(self, state: Sequence[npt.NDArray[np.generic]]) -> None:
        """Take back a state."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the loop.

    Args:
        clock: the film's time.
        truth: the source's frame of this moment, or None where it was not read.
        history: what the network saw, oldest first.
        prediction: what it made of that.
        fed: the prediction after the feedback chain, which the network sees next; unclipped.
    """

    clock: Clock
    truth: Frame | None
    context_frames: tuple[Frame, ...]
    prediction: Frame
    fed: Frame


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a dream needs to go on from where it stands.

    The source goes on at its frame `index + context + warmup` after the dream's start.

    Args:
        index: how many frames were dreamt.
        frames: the history, oldest first.
        truth: the source's pictures of the same moments, None where a dream puts none back.
        effects: what the feedback chain remembers.
        network: a recurrent network's state.
        output: what the output chain remembers.
        bent: what the chain on the network's state remembers.
        changes: what `Dream.set` changed: the last values, by place.
        guide: where the smaller dream stands that this one refines.
    """

    index: int
    frames: tuple[Frame, ...]
    truth: tuple[Picture | None, ...]
    effects: Mapping[str, Mapping[str, npt.NDArray[np.generic]]] = field(default_factory=dict)
    network: tuple[npt.NDArray[np.generic], ...] = ()
    output: Mapping[str, Mapping[str, npt.NDArray[np.generic]]] = field(default_factory=dict)
    bent: Mapping[str, Mapping[str, npt.NDArray[np.generic]]] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    guide: Snapshot | None = None


class DreamLoop:
    """Feeds a network its own predictions, bent by a feedback chain.

    Args:
        predict: the network.
        truths: the source's pictures from the dream's start on; the first `context + warmup` of
            them come before the first that is dreamt. The others may be None where nothing looks
            at them.
        context: how many frames the network sees.
        feedback: the chain of effects on what is fed back.
        bend: the chain of effects on a recurrent network's state, after each step.
        warmup: how many truth frames the network is stepped through before the film begins.
        settings: the `[dream]` table.
        fps: frames a second of the film.
        seed: the film's seed.
        frames: length of the film, or None for an endless one.
        resume: where an earlier loop stopped.
        model: what the network steps with, whose curves are set to each frame's time.
        guide: turns of the same dream at a smaller size, which decide what this one looks like
            from afar; see `artengine.dream.refine`.

    Raises:
        PluginError: from iterating, when an effect fails, or a model's curve does not stay finite.
    """

    def __init__(
        self,
        predict: Predict,
        truths: Iterator[Picture | None],
        *,
        context: int,
        feedback: Chain,
        settings: DreamSettings,
        fps: float,
        seed: int,
        frames: int | None,
        bend: StateChain | None = None,
        warmup: int = 0,
        resume: Snapshot | None = None,
        model: Binding | None = None,
        guide: Iterator[Turn] | None = None,
    ) -> None:
        self._guide = guide
        self._predict = predict
        self._model = model
        self._bend = bend or StateChain((), seed)
        self._truths = truths
        self._feedback = feedback
        self._settings = settings
        self._fps, self._seed, self._length = fps, seed, frames
        self._index = 0
        if resume is None:
            self._context = ContextBuffer.of([self._read() for _ in range(context)])
            predict.reset()
            feedback.reset()
            self._bend.reset()
            self._warm_up(warmup)
        else:
            self._index = resume.index
            self._context = ContextBuffer(resume.frames, resume.truth)
            predict.restore(resume.network)
            feedback.restore(resume.effects)
            self._bend.restore(resume.bent)

    def __iter__(self) -> Iterator[Turn]:
        """Dream. Stops at the film's length, or where the source ends."""
        while self._length is None or self._index < self._length:
            try:
                picture = next(self._truths)
                small = None if self._guide is None else next(self._guide)
            except StopIteration:
                return
            yield self._turn(picture, small)

    def _read(self) -> Picture:
        """A picture of the source that the network is to see."""
        picture = next(self._truths)
        if picture is None:
            raise ValueError("the frames that a dream begins with must be read")
        return picture

    def _warm_up(self, steps: int) -> None:
        """Step the network through the truth. Raises StopIteration where the source ends."""
        self._set_time(Clock(0, self._fps, self._length))
        for left in range(steps, 0, -1):
            # Seeds that no frame of the film will have.
            self._predict(self._as_shown(self._context.frames), self._seeds(2**31 - left))
            picture = self._read()
            self._context.push(to_read_only_frame(picture), picture)

    def _seeds(self, index: int) -> tuple[int, int]:
        return self._seed & 0x7FFFFFFF, index

    def _turn(self, picture: Picture | None, small: Turn | None) -> Turn:
        clock = Clock(self._index, self._fps, self._length)
        context_frames = self._context.frames
        self._set_time(clock)
        prediction = self._predict(self._as_shown(context_frames), self._seeds(self._index))
        prediction.flags.writeable = False
        truth = None if picture is None else to_read_only_frame(picture)
        if len(self._bend):
            state = self._predict.state()
            self._predict.restore(self._bend.apply(state, clock, truth, context_frames))
        fed = self._feedback.apply(prediction, clock, truth, context_frames)
        if small is not None:
            detail = self._settings.detail
            prediction = refined(prediction, small.prediction, detail)
            fed = refined(fed, small.fed, detail)
        restored = self._restored_slots()
        self._context.push(fed, picture if restored else None)
        self._context.put_back(restored)
        self._index += 1
        return Turn(clock, truth, context_frames, prediction, fed)

    def _set_time(self, clock: Clock) -> None:
        if self._model is None:
            return
        try:
            self._model.set_time(clock)
        except ValueError as error:
            raise PluginError(
                f'model "{self._model.plugin.name}" failed at frame {clock.index}: {error}'
            ) from error

    def snapshot(self) -> Snapshot:
        """What the loop needs to go on later, taken between two turns."""
        return Snapshot(
            index=self._index,
            frames=self._context.frames,
            truth=self._context.truth,
            effects=self._feedback.state(),
            network=tuple(self._predict.state()),
            bent=self._bend.state(),
        )

    def _as_shown(self, context_frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        return (
            context_frames
            if self._settings.context_order == "oldest-first"
            else context_frames[::-1]
        )

    def _restored_slots(self) -> range:
        n, restored = len(self._context), self._settings.truth_frames
        return range(restored) if self._settings.truth_slots == "oldest" else range(n - restored, n)


def shown(turn: Turn, settings: DreamSettings) -> Frame:
    """What the film shows of a turn, before the output chain."""
    return turn.prediction if settings.show == "prediction" else turn.fed
