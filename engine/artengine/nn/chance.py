"""Random numbers that depend only on a seed, not on Keras's backend or the runtime.

They equal TensorFlow's, from the generator Philox 4x32-10 (Salmon and others, "Parallel random
numbers: as easy as 1, 2, 3", 2011). Keras's own numbers differ between backends.
`artengine.stepping.chance` computes the same numbers with numpy.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from artengine.stepping.chance import KEY_STEPS, MULTIPLIERS, ROUNDS, SCRAMBLING

_LOW = 0xFFFF


def uniform(shape: tuple[Any, ...], seed: Any, low: float = 0.0, high: float = 1.0) -> Any:
    """Draw uniform float32 numbers in [low, high) of a shape from an int32 `(2,)` seed."""
    if keras.backend.backend() == "tensorflow":
        return keras.random.uniform(shape, low, high, dtype="float32", seed=_given(seed))
    fractions = ops.reshape(_fractions(seed, math.prod(shape)), shape)
    return fractions * float(np.float32(high) - np.float32(low)) + low


def normal(shape: tuple[Any, ...], seed: Any) -> Any:
    """Draw float32 numbers from a normal distribution of mean 0 and standard deviation 1.

    Their last bits depend on the backend's logarithm, sine and cosine. The seed is int32 `(2,)`.
    """
    if keras.backend.backend() == "tensorflow":
        return keras.random.normal(shape, dtype="float32", seed=_given(seed))
    count = math.prod(shape)
    # The Box-Muller transform makes two normal numbers of two uniform ones.
    pairs = ops.reshape(_fractions(seed, count + count % 2), (-1, 2))
    far = ops.sqrt(-2.0 * ops.log(ops.maximum(pairs[:, 0], 1e-7)))
    angle = 2.0 * math.pi * pairs[:, 1]
    numbers = ops.stack([far * ops.sin(angle), far * ops.cos(angle)], axis=1)
    return ops.reshape(ops.reshape(numbers, (-1,))[:count], shape)


def _given(seed: Any) -> keras.random.SeedGenerator:
    # It returns the given seed; Keras's own class would count in a variable. It is traced, and
    # TensorFlow warns about docstrings in traced functions.
    class Given(keras.random.SeedGenerator):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

        def next(self, ordered: bool = True) -> Any:
            return seed

    return Given()


def _fractions(seed: Any, count: int) -> Any:
    """Draw uniform float32 numbers in [0, 1), `(count,)`."""
    halves = _Words()
    number = ops.cast(seed, halves.kind)
    low = halves.masked(number)
    high = ops.where(ops.cast(seed, "int32") < 0, halves.word(0xFFFFFFFF), halves.word(0))
    counter = [low[:1], high[:1], low[1:], high[1:]]
    first, second, third, fourth = halves.philox(counter, tuple(map(halves.word, SCRAMBLING)))
    groups = -(-count // 4)
    numbers = ops.arange(groups, dtype=halves.kind)
    nothing = ops.zeros_like(numbers)
    counter = [numbers, nothing, nothing + third, nothing + fourth]
    words = ops.reshape(ops.stack(halves.philox(counter, (first, second)), axis=1), (-1,))[:count]
    return ops.cast(ops.bitwise_and(words, halves.word(0x7FFFFF)), "float32") * 2.0**-23


class _Words:
    """Arithmetic of 32-bit words, in a type that the backend can multiply and shift."""

    def __init__(self) -> None:
        self.kind = "uint32" if keras.backend.backend() == "jax" else "int64"

    def word(self, value: int) -> Any:
        """Return a value as a word."""
        return ops.convert_to_tensor(value, dtype=self.kind)

    def masked(self, value: Any) -> Any:
        """Return the low 32 bits."""
        return ops.bitwise_and(value, self.word(0xFFFFFFFF))

    def philox(self, counter: list[Any], key: tuple[Any, Any]) -> list[Any]:
        """Return four random words for each counter."""

        def mixed(_: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
            first, second, third, fourth, left, right = state
            high, low = self._product(int(MULTIPLIERS[0]), first)
            upper, lower = self._product(int(MULTIPLIERS[1]), third)
            return (
                ops.bitwise_xor(ops.bitwise_xor(upper, second), left),
                lower,
                ops.bitwise_xor(ops.bitwise_xor(high, fourth), right),
                low,
                self.masked(left + self.word(KEY_STEPS[0])),
                self.masked(right + self.word(KEY_STEPS[1])),
            )

        # Use a loop, because JAX would take seconds to compile the unrolled rounds.
        mixed_words: Any = ops.fori_loop(0, ROUNDS, mixed, (*counter, *key))
        return list(mixed_words[:4])

    def _product(self, factor: int, value: Any) -> tuple[Any, Any]:
        """Return upper and lower word of a product, from half words: no backend has wider words."""
        below, above = self.word(factor & _LOW), self.word(factor >> 16)
        low, high = self._low(value), self._high(value)
        least = low * below
        middle = high * below + self._high(least)
        other = low * above + self._low(middle)
        lower = ops.bitwise_or(ops.left_shift(other, self.word(16)), self._low(least))
        return high * above + self._high(middle) + self._high(other), self.masked(lower)

    def _low(self, value: Any) -> Any:
        return ops.bitwise_and(value, self.word(_LOW))

    def _high(self, value: Any) -> Any:
        return ops.right_shift(value, self.word(16))
