"""The dream loop: a network predicts from its own predictions, after effects have changed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from artengine.chain import Chain
from artengine.context_buffer import ContextBuffer
from artengine.curves import Clock, SignalContext
from artengine.dream.bend_masks import BendMasks
from artengine.dream.refine import refined
from artengine.dream.stages import Stages
from artengine.dream.state import StateChain
from artengine.dream.steering import Steering
from artengine.errors import PluginError
from artengine.frame import Frame, Picture, is_finite, to_read_only_frame
from artengine.settings import DreamSettings


class Predict(Protocol):
    """The interface of a network; `artengine.nn.predictor.Predictor` implements it."""

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int]) -> Frame:
        """Predict the next frame from a context, given in the order that the network sees."""

    def reset(self) -> None:
        """Reset a recurrent network's state."""

    def state(self) -> list[npt.NDArray[np.generic]]:
        """Return a recurrent network's state."""

    def restore(self, state: Sequence[npt.NDArray[np.generic]]) -> None:
        """Restore a state."""


@dataclass(frozen=True, slots=True)
class LoopState:
    """The state of a dream between two frames.

    Effects and a recurrent network keep their own states: see `Chain.state` and `Predict.state`.

    Args:
        index: number of frames dreamt so far, which is the number of the next one.
        context: the context of the next step.
    """

    index: int
    context: ContextBuffer


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of one step.

    Args:
        clock: the film's time.
        truth: the source frame at this time, or None if it was not read.
        context_frames: the context that the network saw, oldest first.
        prediction: the network's prediction.
        fed: the prediction after the feedback chain, which the network sees next; not clipped.
        values: the film's named signals at this time.
    """

    clock: Clock
    truth: Frame | None
    context_frames: tuple[Frame, ...]
    prediction: Frame
    fed: Frame
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DreamLoop:
    """The parts of a dream, and the step from one frame to the next.

    Args:
        network: the network that predicts frames.
        described: description of the network in messages, with its weights and runtime.
        steering: the curves that belong to no effect, and the model that they drive.
        bend_masks: the masks of the network's bends.
        context: number of frames that the network sees.
        warmup: number of source frames that the network steps through before the film begins.
        feedback: effects on the frames that are fed back.
        state_chain: effects on a recurrent network's state, after each step.
        settings: the `[dream]` table.
        fps: frames per second of the film.
        seed: the film's seed.
        frames: length of the film, or None for an endless one.
        stages: timer of the network and the effects.
    """

    network: Predict
    described: str
    steering: Steering
    bend_masks: BendMasks
    context: int
    warmup: int
    feedback: Chain
    state_chain: StateChain
    settings: DreamSettings
    fps: float
    seed: int
    frames: int | None
    stages: Stages = field(default_factory=Stages)

    @property
    def opening(self) -> int:
        """Number of source pictures before the film's first frame."""
        return self.context + self.warmup

    def start(self, pictures: Iterable[Picture]) -> LoopState:
        """Begin a dream.

        Args:
            pictures: the source's first `opening` pictures, or more; no more are consumed from an
                iterator.

        Raises:
            PluginError: when the network's prediction is not finite.
        """
        # 1. Reset the network, the effects and the curves.
        for each in (self.network, self.feedback, self.state_chain, self.steering, self.bend_masks):
            each.reset()
        # 2. Fill the context with the source's first frames.
        source = iter(pictures)
        context = ContextBuffer.of(islice(source, self.context))
        # 3. Step a recurrent network through more frames, discarding its predictions.
        clock = self.steering.clock(0)
        values, _ = self.steering.set_time(clock, self.settings)
        for left, picture in zip(range(self.warmup, 0, -1), source, strict=False):
            truth = to_read_only_frame(picture)
            self.bend_masks.look(context.frames[-1], truth, SignalContext(clock, values))
            # These seeds differ from those of all frames of the film.
            self._predict(context.frames, 2**31 - left, f"warm-up frame {self.warmup - left}")
            context = context.push(truth, picture)
        return LoopState(0, context)

    def step(
        self, state: LoopState, picture: Picture | None, coarse: Turn | None = None
    ) -> tuple[LoopState, Turn]:
        """Dream one frame.

        Args:
            state: the dream's state before the frame.
            picture: the source picture at this time; may be None if nothing reads it.
            coarse: the same frame of the smaller dream, if there is one.

        Raises:
            PluginError: when an effect fails, or the network's prediction is not finite.
        """
        # 1. Set the named signals and the model's parameters that have curves.
        clock = self.steering.clock(state.index)
        values, settings = self.steering.set_time(clock, self.settings)
        truth = None if picture is None else to_read_only_frame(picture)
        # 2. Predict the next frame from the context, with bends where their masks allow them.
        seen = state.context.frames
        self.bend_masks.look(seen[-1], truth, SignalContext(clock, values))
        prediction = self._predict(seen, state.index, f"frame {state.index}")
        # 3. Apply the state chain to the state of a recurrent network.
        with self.stages.stage("effects"):
            if len(self.state_chain):
                remembered = self.state_chain.apply(
                    self.network.state(), clock, truth, seen, values
                )
                self.network.restore(remembered)
            # 4. Apply the feedback chain to the prediction, without clipping.
            fed = self.feedback.apply(prediction, clock, truth, seen, values)
        # 5. Take the large shapes of both from the smaller dream, if there is one.
        if coarse is not None:
            prediction = refined(prediction, coarse.prediction, settings.detail)
            fed = refined(fed, coarse.fed, settings.detail)
        # 6. Push the result into the context, and replace some of its frames by source frames.
        context = state.context.push(fed, picture).with_truth(self._truth_slots(settings))
        turn = Turn(clock, truth, seen, prediction, fed, values)
        return LoopState(state.index + 1, context), turn

    def _predict(self, context_frames: tuple[Frame, ...], number: int, where: str) -> Frame:
        newest_first = self.settings.context_order == "newest-first"
        shown = context_frames[::-1] if newest_first else context_frames
        with self.stages.stage("network"):
            prediction = self.network(shown, (self.seed & 0x7FFFFFFF, number))
        prediction.flags.writeable = False
        if not is_finite(prediction):
            raise PluginError(
                f"{where}: {self.described} predicted nan or inf; {self._remedy(context_frames)}"
            )
        return prediction

    def _remedy(self, context_frames: tuple[Frame, ...]) -> str:
        largest = max(float(np.abs(frame).max()) for frame in context_frames)
        if largest > _RUNAWAY:
            return (
                f"it was fed values up to {largest:.3g}; weaken the [[feedback]] effects, or end "
                'them with use = "clip"'
            )
        if self.settings.precision == "bfloat16":
            return "set dream.precision to float32, or train the network again"
        return "train the network again, or take other weights"

    def _truth_slots(self, settings: DreamSettings) -> range:
        n = self.context
        count = min(n, settings.truth_frames)
        return range(count) if settings.truth_slots == "oldest" else range(n - count, n)


_RUNAWAY = 100.0
"""Magnitude of context values above which effects, not the network, are the likely cause."""
