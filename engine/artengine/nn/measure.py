"""A model's own measures on held-out frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops

from artengine.frame import Frame
from artengine.nn.float32_outputs import Float32Outputs
from artengine.nn.step import compiled, pad_to_multiple


class Measuring(Protocol):
    """The part of `artengine.model.Model` that is called here."""

    @property
    def size_divisor(self) -> int:
        """The number that must divide height and width."""

    def measure(
        self, network: Any, context_frames: Any, truth: Any, seed: Any
    ) -> Mapping[str, Any]:
        """Return scalars by name."""


class OwnMeasures:
    """The means of a model's `measure` over windows; none for a model that has none."""

    def __init__(self, model: Measuring, network: keras.Model) -> None:
        self._model = model
        self._network = Float32Outputs(network)
        self._measure = compiled(self._traced, network.variables)

    def __call__(self, windows: Iterable[tuple[Sequence[Frame], Frame]]) -> dict[str, float]:
        """Return the mean of each measure.

        Args:
            windows: context frames, oldest first, and the frame that follows, `(H, W, 3)` each.
        """
        found: dict[str, list[float]] = {}
        for number, (context, truth) in enumerate(windows):
            context_frames = ops.convert_to_tensor(np.concatenate(context, axis=-1)[None])
            seed = ops.convert_to_tensor((0, number), dtype="int32")
            measured = self._measure(context_frames, ops.convert_to_tensor(truth[None]), seed)
            if not measured:
                break
            for name, value in measured.items():
                found.setdefault(name, []).append(float(value))
        return {name: float(np.mean(values)) for name, values in found.items()}

    def _traced(self, context_frames: Any, truth: Any, seed: Any) -> Mapping[str, Any]:
        size_divisor = self._model.size_divisor
        context_frames, truth = (pad_to_multiple(x, size_divisor) for x in (context_frames, truth))
        return self._model.measure(self._network, context_frames, truth[:, None], seed)
