"""Steps and predictions of a Keras network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.frame import Frame
from artengine.nn.memory_estimate import bytes_per_pixel
from artengine.nn.step import Bends, Step, compiled
from artengine.nn.step_model import StepModel
from artengine.stepping.predictor import FollowedWeights, Runtime, RuntimePredictor
from artengine.stepping.tiles import TileSetting


class KerasRuntime:
    """Computes steps with Keras's backend, traced once for each frame size.

    Args:
        fixed: whether the network's weights are final, so that they may be traced as constants.
        bends: the bends of the network's layers.
        starts_often: whether to trace the computation of the initial state as well, which takes
            longer than computing it two or three times.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        *,
        fixed: bool = False,
        bends: Bends | None = None,
        starts_often: bool = False,
    ) -> None:
        self._step = Step(model, network, fixed=fixed, bends=bends)
        variables = () if fixed else network.variables
        self._compiled = compiled(self._step, variables)
        self._start = self._step.initial_state
        if starts_often:
            self._start = compiled(self._start, variables)

    def put(self, frame: Frame, missing: tuple[int, int] = (0, 0), spent: Any = None) -> Any:
        """Copy a frame to the device; see `Runtime`."""
        if any(missing):
            frame = np.pad(frame, (*((0, more) for more in missing), (0, 0)), mode="edge")
        return ops.convert_to_tensor(frame, dtype="float32")

    def start(self, frames: Sequence[Any], seed: npt.NDArray[np.int32]) -> tuple[Any, ...]:
        """Compute the state before the first step from the context and that step's seed."""
        return tuple(self._start(frames, ops.convert_to_tensor(seed)))

    def step(
        self,
        frames: Sequence[Any],
        state: tuple[Any, ...],
        seed: npt.NDArray[np.int32],
        values: Mapping[str, np.generic],
    ) -> tuple[Frame, tuple[Any, ...]]:
        """Compute the prediction and the next state."""
        numbers = {name: ops.convert_to_tensor(value) for name, value in values.items()}
        prediction, state = self._compiled(frames, state, ops.convert_to_tensor(seed), numbers)
        return np.asarray(ops.convert_to_numpy(prediction), dtype=np.float32), state

    def take(self, part: Any) -> npt.NDArray[np.generic]:
        """Copy an element of a state from the device."""
        array: npt.NDArray[np.generic] = ops.convert_to_numpy(part)
        return array

    def give(self, part: npt.NDArray[np.generic]) -> Any:
        """Copy an element of a state to the device."""
        return ops.convert_to_tensor(part)


class Predictor(RuntimePredictor):
    """Predicts the next frame from the last n with a network.

    Args:
        model, network: the model and its network.
        tile: how large frames are cut to save memory; see `tiles.plan_tiles`.
        runtime: the runtime that computes the steps; by default Keras, with the network's current
            weights at each step.
        bends, weights: see `RuntimePredictor`.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        *,
        tile: TileSetting = "auto",
        runtime: Runtime | None = None,
        bends: Bends | None = None,
        weights: FollowedWeights | None = None,
    ) -> None:
        super().__init__(
            model,
            runtime or KerasRuntime(model, network),
            tile=tile,
            bytes_per_pixel=partial(bytes_per_pixel, model),
            bends=bends,
            weights=weights,
        )
