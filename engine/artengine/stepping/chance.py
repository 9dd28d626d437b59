"""The random numbers that TensorFlow draws of a seed, drawn without it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Words = list[npt.NDArray[np.uint64]]

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
SCRAMBLING = (0x3EC8F720, 0x02461E29)

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)

_BLOCK = 2048
"""Counters that are computed at once: their words stay in the processor's cache."""


def uniform(seed: Sequence[int], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Draw numbers from 0 up to 1, as `tf.random.stateless_uniform` does.

    They come from the generator Philox 4x32-10 (Salmon and others, "Parallel random numbers: as
    easy as 1, 2, 3", 2011), and are the same to the last bit.

    Args:
        seed: two whole numbers of at most 64 bits.
        shape: of the array.
    """
    count = math.prod(shape)
    words = _words(seed, count)
    words &= np.uint32(0x7FFFFF)
    # The exponent of numbers from 1 up to 2.
    words |= np.uint32(0x3F800000)
    numbers = words.view(np.float32)
    numbers -= np.float32(1)
    return numbers.reshape(shape)


def permutation(seed: Sequence[int], count: int) -> npt.NDArray[np.int64]:
    """A random order of the numbers below `count`, as `tf.random.experimental.stateless_shuffle`
    gives it."""
    order = list(range(count))
    for place, word in enumerate(_words(seed, max(0, count - 1)).tolist()):
        other = place + word % (count - place)
        order[place], order[other] = order[other], order[place]
    return np.array(order, np.int64)


def fold_in(seed: Sequence[int], number: int) -> tuple[int, int]:
    """A seed of a seed and a number, as `tf.random.experimental.stateless_fold_in` makes it."""
    low, high = _words(seed, 2).tolist()
    drawn = low | high << 32
    return drawn - (drawn >> 63 << 64), number


def _words(seed: Sequence[int], count: int) -> npt.NDArray[np.uint32]:
    """Random words of 32 bits."""
    key, high = _scrambled(seed)
    groups = -(-count // 4)
    words = np.empty((groups, 4), np.uint32)
    for start in range(0, groups, _BLOCK):
        block = words[start : start + _BLOCK]
        low = np.arange(start, start + len(block), dtype=np.uint64)
        counter = [low, np.zeros_like(low), *(np.full_like(low, word) for word in high)]
        for place, word in enumerate(_philox(counter, key)):
            block[:, place] = word
    return words.reshape(-1)[:count]


def _scrambled(seed: Sequence[int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The generator's key and the upper half of its counter, which TensorFlow makes of a seed."""
    halves = [(int(number) >> shift) & 0xFFFFFFFF for number in seed for shift in (0, 32)]
    mixed = _philox([np.array([half], np.uint64) for half in halves], SCRAMBLING)
    first, second, third, fourth = (int(word[0]) for word in mixed)
    return (first, second), (third, fourth)


def _philox(counter: Words, key: tuple[int, int]) -> Words:
    """Four random words of 32 bits for each counter, which is written over."""
    first, second, third, fourth = counter
    left, right = np.empty_like(first), np.empty_like(first)
    for number in range(ROUNDS):
        keys = [
            np.uint64((word + number * step) & 0xFFFFFFFF)
            for word, step in zip(key, KEY_STEPS, strict=True)
        ]
        np.multiply(first, MULTIPLIERS[0], out=left)
        np.multiply(third, MULTIPLIERS[1], out=right)
        np.right_shift(right, _HALF, out=first)
        first ^= second
        first ^= keys[0]
        np.right_shift(left, _HALF, out=third)
        third ^= fourth
        third ^= keys[1]
        np.bitwise_and(right, _LOW, out=second)
        np.bitwise_and(left, _LOW, out=fourth)
    return [first, second, third, fourth]
