"""The dream loop: a network predicts from its own predictions, which effects change on the way."""

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
class LoopState:
    """The state of a dream between two frames.

    The states of effects and of a recurrent network are kept by them: see `Chain.state` and
    `Predict.state`.

    Args:
        index: frames dreamt so far, which is the number of the next one.
        context: what the network sees next.
    """

    index: int
    context: ContextBuffer


@dataclass(frozen=True, slots=True)
class Turn:
    """One frame's result.

    Args:
        clock: the film's time.
        truth: the source frame at this time, or None where it was not read.
        context_frames: what the network saw, oldest first.
        prediction: what the network made of that.
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
    """What a dream consists of, and how one frame of it leads to the next.

    Args:
        network: predicts.
        described: what messages call the network, with its weights and how it is computed.
        steering: the curves that belong to no effect, and the model that they set.
        bend_masks: the masks of what is bent in the network.
        context: how many frames the network sees.
        warmup: how many source frames the network is stepped through before the film begins.
        feedback: effects on what is fed back.
        state_chain: effects on a recurrent network's state, after each step.
        settings: the `[dream]` table.
        fps: frames per second of the film.
        seed: the film's seed.
        frames: length of the film, or None for an endless one.
        stages: what adds up the time that network and effects take.
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
        """How many source pictures come before the film's first frame."""
        return self.context + self.warmup

    def start(self, pictures: Iterable[Picture]) -> LoopState:
        """Begin a dream.

        Args:
            pictures: the source's first `opening` pictures, or more; the rest is left in an
                iterator.

        Raises:
            PluginError: when the network's prediction is not finite.
        """
        # 1. The network, the effects and the curves forget any earlier film.
        for each in (self.network, self.feedback, self.state_chain, self.steering, self.bend_masks):
            each.reset()
        # 2. The context is the source's first frames.
        source = iter(pictures)
        context = ContextBuffer.of(islice(source, self.context))
        # 3. A recurrent network steps through more of them; what it predicts is not used.
        clock = self.steering.clock(0)
        values, _ = self.steering.set_time(clock, self.settings)
        for left, picture in zip(range(self.warmup, 0, -1), source, strict=False):
            truth = to_read_only_frame(picture)
            self.bend_masks.look(context.frames[-1], truth, SignalContext(clock, values))
            # Seeds that no frame of the film has.
            self._predict(context.frames, 2**31 - left, f"warm-up frame {self.warmup - left}")
            context = context.push(truth, picture)
        return LoopState(0, context)

    def step(
        self, state: LoopState, picture: Picture | None, coarse: Turn | None = None
    ) -> tuple[LoopState, Turn]:
        """Dream one frame.

        Args:
            state: the dream's state before the frame.
            picture: the source's picture at this time; may be None where nothing reads it.
            coarse: the same frame of the dream at a smaller size, where there is one.

        Raises:
            PluginError: when an effect fails, or the network's prediction is not finite.
        """
        # 1. The film's time sets the named signals, and the model's parameters that have curves.
        clock = self.steering.clock(state.index)
        values, settings = self.steering.set_time(clock, self.settings)
        truth = None if picture is None else to_read_only_frame(picture)
        # 2. The network predicts the next frame from the context, bent where masks say so.
        seen = state.context.frames
        self.bend_masks.look(seen[-1], truth, SignalContext(clock, values))
        prediction = self._predict(seen, state.index, f"frame {state.index}")
        # 3. Effects of the state chain change what a recurrent network remembers.
        with self.stages.stage("effects"):
            if len(self.state_chain):
                remembered = self.state_chain.apply(
                    self.network.state(), clock, truth, seen, values
                )
                self.network.restore(remembered)
            # 4. Effects of the feedback chain change the prediction. It is not clipped.
            fed = self.feedback.apply(prediction, clock, truth, seen, values)
        # 5. A smaller dream, where there is one, gives both their large shapes.
        if coarse is not None:
            prediction = refined(prediction, coarse.prediction, settings.detail)
            fed = refined(fed, coarse.fed, settings.detail)
        # 6. The result goes into the context, some of which is replaced by source frames.
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
        if largest > _WILD:
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


_WILD = 100.0
"""Values in the context above which effects, and not the network, are to blame."""
