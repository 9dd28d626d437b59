"""Predictions of a network, from frames to a frame, for the dream loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from artengine.frame import Frame
from artengine.stepping.tiled_model import TiledModel
from artengine.stepping.tiles import Tiles, TileSetting, plan_tiles


class Runtime(Protocol):
    """Computes a model's steps. Frames and states stay on its device."""

    def put(self, frame: Frame, missing: tuple[int, int] = (0, 0), spent: Any = None) -> Any:
        """Move a frame, float32 `(H, W, 3)`, to the device.

        Args:
            frame: the frame; it may be a view of a larger one.
            missing: how often its last row and its last column are repeated.
            spent: a former result for a frame that is not needed any more, whose memory may be
                reused; or None.
        """

    def start(self, frames: Sequence[Any], seed: npt.NDArray[np.int32]) -> tuple[Any, ...]:
        """Compute the state before the first step from the context and that step's seed."""

    def step(
        self,
        frames: Sequence[Any],
        state: tuple[Any, ...],
        seed: npt.NDArray[np.int32],
        values: Mapping[str, np.generic],
    ) -> tuple[Frame, tuple[Any, ...]]:
        """Compute the prediction and the next state. `values` holds the model's automatable numbers
        and the inputs of the bends, by name."""

    def take(self, part: Any) -> npt.NDArray[np.generic]:
        """Return an element of a state as an array, which no later step changes."""

    def give(self, part: npt.NDArray[np.generic]) -> Any:
        """Return an element of a state from what `take` returned."""


class FollowedInputs(Protocol):
    """Further inputs of a step; `artengine.nn.bending.Bending` implements it."""

    def inputs(self) -> Mapping[str, Any]:
        """Return their current values by name."""


class FollowedWeights(Protocol):
    """Weights that change during a dream, as in `artengine.nn.weight_blend.WeightBlending`."""

    def follow(self) -> None:
        """Set the network's weights to their current values."""


class RuntimePredictor:
    """Predicts the next frame from the last n.

    Frames that the network will see again (all but the newest of a context) stay on the device. The
    model's automatable numbers are read at each step and passed to the traced function as
    arguments, so that a change does not retrace it.

    Args:
        model: the model.
        runtime: the runtime that computes its steps.
        tile: how large frames are cut to save memory; see `tiles.plan_tiles`.
        bytes_per_pixel: returns the network's memory per pixel; see there as well.
        bends: the runtime's bends, whose inputs are read at each step. Frames are then predicted
            whole.
        weights: updates the network's weights before each step.
    """

    def __init__(
        self,
        model: TiledModel,
        runtime: Runtime,
        *,
        tile: TileSetting = "auto",
        bytes_per_pixel: Callable[[], float | None] = lambda: None,
        bends: FollowedInputs | None = None,
        weights: FollowedWeights | None = None,
    ) -> None:
        self._model = model
        self._bends = bends
        self._weights = weights
        self._runtime = runtime
        self._bytes_per_pixel = bytes_per_pixel
        self._kinds: dict[str, type[np.generic]] = {
            name: np.int32 if isinstance(getattr(model, name), int) else np.float32
            for name in sorted(type(model).automatable())
        }
        self._state: tuple[Any, ...] | None = None
        self._kept: dict[int, tuple[Frame, Any]] = {}
        self._spent: list[Any] = []
        self._tile = tile
        self._tiles: dict[tuple[int, int], Tiles | None] = {}

    def reset(self) -> None:
        """Discard a recurrent network's state, as before the first frame of a film."""
        self._state = None

    def state(self) -> list[npt.NDArray[np.generic]]:
        """Return a recurrent network's state as arrays; empty for a network without state."""
        return [self._runtime.take(part) for part in self._state or ()]

    def restore(self, state: Sequence[npt.NDArray[np.generic]]) -> None:
        """Restore what `state` returned; an empty sequence means before the first step."""
        self._state = tuple(self._runtime.give(part) for part in state) or None

    def __call__(self, frames: Sequence[Frame], seed: tuple[int, int] = (0, 0)) -> Frame:
        """Predict the next frame.

        Args:
            frames: the context in the order of the network's input, each float32 `(H, W, 3)` and
                never written to afterwards.
            seed: two numbers below 2**31 for networks that sample.

        Returns:
            The prediction, float32 `(H, W, 3)`.

        Raises:
            UsageError: when the tiles are smaller than the model allows, or the runtime does not
                support the model.
        """
        height, width = frames[0].shape[:2]
        tiles = self.tiles(height, width)
        if tiles is None:
            return self._predict(frames, (0, 0), seed)
        if len(tiles) == 1:
            missing = tiles.shape[0] - height, tiles.shape[1] - width
            prediction = self._predict(frames, missing, seed)[:height, :width]
            return np.ascontiguousarray(prediction)
        return tiles.predict(frames, lambda cut, missing: self._predict_once(cut, missing, seed))

    def tiles(self, height: int, width: int) -> Tiles | None:
        """Return the tiling of frames of a size, or None for whole frames. Raise as a call does."""
        size = height, width
        if self._bends:
            # Bends that move over a frame or measure it would give other results on tiles.
            return None
        if size not in self._tiles:
            self._tiles[size] = plan_tiles(
                self._model, height, width, self._tile, self._bytes_per_pixel
            )
        return self._tiles[size]

    def _predict_once(
        self, frames: Sequence[Frame], missing: tuple[int, int], seed: tuple[int, int]
    ) -> Frame:
        """Predict from frames that will not be used again."""
        prediction = self._predict(frames, missing, seed)
        self._spent = [given for _, given in self._kept.values()]
        self._kept = {}
        return prediction

    def _predict(
        self, frames: Sequence[Frame], missing: tuple[int, int], seed: tuple[int, int]
    ) -> Frame:
        if self._weights:
            self._weights.follow()
        seen = set(map(id, frames))
        self._spent += [given for key, (_, given) in self._kept.items() if key not in seen]
        inputs = [self._put(frame, missing) for frame in frames]
        self._spent = []
        self._kept = {id(f): (f, x) for f, x in zip(frames, inputs, strict=True)}
        seeds = np.array(seed, np.int32)
        if self._state is None:
            self._state = self._runtime.start(inputs, seeds)
        values: dict[str, Any] = {
            name: kind(getattr(self._model, name)) for name, kind in self._kinds.items()
        }
        values |= self._bends.inputs() if self._bends else {}
        prediction, self._state = self._runtime.step(inputs, self._state, seeds, values)
        return prediction

    def _put(self, frame: Frame, missing: tuple[int, int]) -> Any:
        kept = self._kept.get(id(frame))
        if kept is not None:
            return kept[1]
        return self._runtime.put(frame, missing, self._spent.pop() if self._spent else None)
