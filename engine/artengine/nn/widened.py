"""A network whose outputs are float32 whatever it computes in."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops, tree


class Widened:
    """A network as a model's step is given it, which mixes what comes out of it with numbers of its
    own: that it computes in bfloat16 on some processors is not for every model to think of.

    Args:
        network: what is called; all else of it is there as well.
    """

    def __init__(self, network: keras.Model) -> None:
        self._network = network

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the network; its floating numbers come as float32."""
        return tree.map_structure(_wide, self._network(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)


def _wide(tensor: Any) -> Any:
    narrow = keras.backend.standardize_dtype(tensor.dtype) in ("bfloat16", "float16")
    return ops.cast(tensor, "float32") if narrow else tensor
