"""A wrapper that casts a network's outputs to float32 in any precision."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops, tree


class Float32Outputs:
    """Wraps a network so that its outputs are float32, even where it computes in bfloat16.

    A model's `step` can then mix them with float32 tensors.

    Args:
        network: the network; its other attributes are passed through. `get_layer` also wraps
            layers that are networks.
    """

    def __init__(self, network: keras.Model) -> None:
        self._network = network

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the network, and cast its floating-point outputs to float32."""
        return tree.map_structure(_wide, self._network(*args, **kwargs))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """Return a layer by its name or index."""
        layer = self._network.get_layer(name, index)
        return Float32Outputs(layer) if isinstance(layer, keras.Model) else layer

    def __getattr__(self, name: str) -> Any:
        # `copy` reads attributes of the new object before it has a network.
        if name == "_network":
            raise AttributeError(name)
        return getattr(self._network, name)


def _wide(tensor: Any) -> Any:
    narrow = keras.backend.standardize_dtype(tensor.dtype) in ("bfloat16", "float16")
    return ops.cast(tensor, "float32") if narrow else tensor
