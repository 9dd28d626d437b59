"""Interpolation between the weights of several networks of one shape, also during a dream."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt

from artengine.nn.weights import load_weights


class Place(Protocol):
    """The position between the networks: `at` is 0 for the first and 1 for the last."""

    at: float


class WeightBlending:
    """Sets a network's weights by linear interpolation between two neighbours.

    Integer weights, such as stored pictures, are those of the nearer network. Weights are computed
    only when the position has changed, and only those that differ.

    Args:
        network: the network whose weights are set.
        files: the weights files, at least two.
        place: the position, read at each step.

    Raises:
        WeightsError: when weights are corrupt or of another shape.
    """

    def __init__(self, network: keras.Model, files: Sequence[Path], place: Place) -> None:
        self._place = place
        self._last: float | None = None
        self._count = len(files)
        each: list[list[npt.NDArray[Any]]] = []
        for file in files:
            load_weights(file, network)
            each.append([np.array(weight) for weight in network.get_weights()])
        self._moving = [
            (variable, values)
            for variable, *values in zip(network.weights, *each, strict=True)
            if any(not np.array_equal(values[0], other) for other in values[1:])
        ]
        self.follow()

    def follow(self) -> None:
        """Set the network's weights to those of the current position."""
        at = float(self._place.at)
        if at == self._last:
            return
        self._last = at
        first = min(int(at * (self._count - 1)), self._count - 2)
        share = np.float32(at * (self._count - 1) - first)
        for variable, values in self._moving:
            here, there = values[first], values[first + 1]
            if np.issubdtype(here.dtype, np.floating):
                # This form is exact at both ends.
                variable.assign((1 - share) * here + share * there)
            else:
                variable.assign(here if share < 0.5 else there)
