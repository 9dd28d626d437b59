"""Weights between those of several networks of one shape, which may move while a dream plays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt

from artengine.nn.weights import load_weights


class Place(Protocol):
    """Where between the networks the weights are: `at`, 0 for the first to 1 for the last."""

    at: float


class WeightBlending:
    """Blends weights into a network, linearly between two neighbours.

    Whole numbers, as pictures that a network remembers, are those of the nearer network. Weights
    are computed only when the place has moved, and only those that differ.

    Args:
        network: what is given the weights.
        files: the weights of each network, at least two.
        place: read at each step.

    Raises:
        WeightsError: when weights are broken or of another shape.
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
        """Give the network the weights of the place as it is now."""
        at = float(self._place.at)
        if at == self._last:
            return
        self._last = at
        first = min(int(at * (self._count - 1)), self._count - 2)
        share = np.float32(at * (self._count - 1) - first)
        for variable, values in self._moving:
            here, there = values[first], values[first + 1]
            if np.issubdtype(here.dtype, np.floating):
                # Exact at both ends.
                variable.assign((1 - share) * here + share * there)
            else:
                variable.assign(here if share < 0.5 else there)
