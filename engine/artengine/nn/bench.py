"""Timing models and the machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from artengine.errors import ArtengineError, UsageError
from artengine.nn.determinism import seed_layers
from artengine.nn.flops import flops
from artengine.nn.precision import Precision, precision_scope
from artengine.nn.predictor import Predictor
from artengine.nn.runtimes import (
    build_dtype,
    multiplying,
    runtime_for,
)
from artengine.nn.step_model import StepModel
from artengine.runtime_names import RuntimeName
from artengine.stepping.engines import installed_runtimes
from artengine.stepping.tiles import Tiles, TileSetting


@dataclass(frozen=True, slots=True)
class Timing:
    """The time that a model takes for a frame.

    Args:
        model, runtime, precision, size: what was timed; width and height in pixels.
        ms: the median time of a frame, in milliseconds; None if no frame could be made.
        frames: number of timed frames.
        gflop: operations of a frame's convolutions and matrix products, in 10**9, summed over its
            tiles; None if they cannot be counted.
        note: the reason for a missing time.
    """

    model: str
    runtime: RuntimeName
    precision: Precision
    size: tuple[int, int]
    ms: float | None = None
    frames: int = 0
    gflop: float | None = None
    note: str = ""

    @property
    def gflops(self) -> float | None:
        """10**9 operations per second."""
        return self.gflop / self.ms * 1000 if self.gflop and self.ms else None


def matrix_rate(
    precision: Precision,
    *,
    side: int = 2048,
    seconds: float = 1.0,
    stop: Callable[[], bool] = lambda: False,
) -> float:
    """Measure how fast this machine multiplies square matrices, in 10**9 operations per second.

    The rate of the fastest runtime is returned, because not every one fully uses the processor.

    Args:
        side: number of rows and columns.
        seconds: how long to time each runtime; the median counts.
        stop: called after each product; return True to end the timing.
    """
    rng = np.random.default_rng(0)
    a, b = (rng.uniform(-1, 1, (side, side)).astype(np.float32) for _ in range(2))
    taken = []
    for name in installed_runtimes():
        try:
            once = multiplying(name, a, b, precision)
        except UsageError:
            # Keras supports every precision everywhere.
            continue
        once()
        taken.append(statistics.median(_times(once, seconds, stop)))
    return 2e-9 * side**3 / min(taken)


class Subject:
    """A model to be timed, with random weights.

    Args:
        name, model: the model and its name.
    """

    def __init__(self, name: str, model: StepModel) -> None:
        self._name, self._model = name, model
        self._networks: dict[Precision, keras.Model] = {}
        self._predictors: dict[tuple[RuntimeName, Precision], Predictor] = {}
        self._gflop: dict[tuple[int, int], float | None] = {}

    def time(
        self,
        runtime: RuntimeName,
        precision: Precision,
        size: tuple[int, int],
        *,
        seconds: float = 0.5,
        stop: Callable[[], bool] = lambda: False,
    ) -> Timing:
        """Time frames, each predicted from the last few predictions.

        The first frame, for which the model is traced or converted, does not count.

        Args:
            size: width and height in pixels.
            seconds: how long to time; at least one frame is timed.
            stop: called after each frame; return True to end the timing.
        """
        width, height = size
        rng = np.random.default_rng(0)
        frames = [rng.random((height, width, 3), np.float32) for _ in range(self._model.context)]
        index = 0

        def once() -> None:
            nonlocal frames, index
            frames = [*frames[1:], predictor(frames, (0, index))]
            index += 1

        try:
            predictor = self._predictor(runtime, precision)
            predictor.reset()
            once()
            times = _times(once, seconds, stop)
        except ArtengineError as error:
            return Timing(self._name, runtime, precision, size, note=str(error))
        ms = 1000 * statistics.median(times)
        gflop = self._counted(size, predictor.tiles(height, width))
        return Timing(self._name, runtime, precision, size, ms, len(times), gflop)

    def _network(self, precision: Precision) -> keras.Model:
        if precision not in self._networks:
            seed_layers(0)
            with precision_scope(precision):
                self._networks[precision] = self._model.build()
        return self._networks[precision]

    def _predictor(self, runtime: RuntimeName, precision: Precision) -> Predictor:
        key = runtime, precision
        if key not in self._predictors:
            network = self._network(build_dtype(runtime, precision))
            computes = runtime_for(runtime, self._model, network, precision)
            self._predictors[key] = Predictor(self._model, network, runtime=computes)
        return self._predictors[key]

    def _counted(self, size: tuple[int, int], tiles: Tiles | None) -> float | None:
        if size not in self._gflop:
            height, width = size[::-1] if tiles is None else tiles.shape
            counted = flops(self._model, self._network("float32"), height, width)
            count = 1 if tiles is None else len(tiles)
            self._gflop[size] = None if counted is None else 1e-9 * count * counted
        return self._gflop[size]


def gflop_of(model: StepModel, size: tuple[int, int], tile: TileSetting) -> float | None:
    """Count the operations of a frame's convolutions and matrix products, in 10**9, over all tiles.

    Args:
        size: width and height in pixels.
        tile: how frames are cut.

    Returns:
        The count, or None if it is unknown.
    """
    network = model.build()
    tiles = Predictor(model, network, tile=tile).tiles(size[1], size[0])
    height, width = size[::-1] if tiles is None else tiles.shape
    counted = flops(model, network, height, width)
    return None if counted is None else 1e-9 * counted * (1 if tiles is None else len(tiles))


def _times(
    once: Callable[[], None], seconds: float, stop: Callable[[], bool] = lambda: False
) -> list[float]:
    """Call `once` repeatedly for that many seconds, and return the seconds of each call."""
    times: list[float] = []
    while not times or (sum(times) < seconds and not stop()):
        began = time.perf_counter()
        once()
        times.append(time.perf_counter() - began)
    return times
