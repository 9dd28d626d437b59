"""Random numbers equal to those that TensorFlow draws from a seed, without TensorFlow."""

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
"""Counters per block, so that the words of a block fit the processor's cache."""


def uniform(seed: Sequence[int], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Draw uniform numbers in [0, 1), bit for bit as `tf.random.stateless_uniform` does.

    The generator is Philox 4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2,
    3", 2011).

    Args:
        seed: two integers of at most 64 bits.
        shape: the shape of the returned array.
    """
    count = math.prod(shape)
    words = _words(seed, count)
    words &= np.uint32(0x7FFFFF)
    # Set the exponent of the numbers in [1, 2).
    words |= np.uint32(0x3F800000)
    numbers = words.view(np.float32)
    numbers -= np.float32(1)
    return numbers.reshape(shape)


def permutation(seed: Sequence[int], count: int) -> npt.NDArray[np.int64]:
    """Shuffle `range(count)` as `tf.random.experimental.stateless_shuffle` does."""
    order = list(range(count))
    for place, word in enumerate(_words(seed, max(0, count - 1)).tolist()):
        other = place + word % (count - place)
        order[place], order[other] = order[other], order[place]
    return np.array(order, np.int64)


def fold_in(seed: Sequence[int], number: int) -> tuple[int, int]:
    """Combine a seed and a number as `tf.random.experimental.stateless_fold_in` does."""
    low, high = _words(seed, 2).tolist()
    drawn = low | high << 32
    return drawn - (drawn >> 63 << 64), number


def _words(seed: Sequence[int], count: int) -> npt.NDArray[np.uint32]:
    """Draw random 32-bit words."""
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
    """Derive the generator's key and the counter's upper half from a seed as TensorFlow does."""
    halves = [(int(number) >> shift) & 0xFFFFFFFF for number in seed for shift in (0, 32)]
    mixed = _philox([np.array([half], np.uint64) for half in halves], SCRAMBLING)
    first, second, third, fourth = (int(word[0]) for word in mixed)
    return (first, second), (third, fourth)


def _philox(counter: Words, key: tuple[int, int]) -> Words:
    """Return four random 32-bit words for each counter; the counters are overwritten."""
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
