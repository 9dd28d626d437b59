"""Random numbers that belong to a seed, for networks that sample."""

from __future__ import annotations

from artengine.api import Tensor


def uniform(shape: tuple[Tensor | int, ...], seed: Tensor) -> Tensor:
    """Float32 numbers of that shape, above 0 and below 1, which the int32 `(2,)` seed decides."""
    import keras

    # Hands on the seed that is given; Keras's own would count in a variable. It is traced, and
    # TensorFlow warns of a docstring in what it traces.
    class Given(keras.random.SeedGenerator):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

        def next(self, ordered: bool = True) -> Tensor:
            return seed

    return keras.random.uniform(shape, 1e-5, 1.0 - 1e-5, seed=Given())
