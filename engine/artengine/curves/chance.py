"""Counter-based random numbers, so that a film can be continued at any frame."""

from __future__ import annotations

import math
from zlib import crc32

_MASK = (1 << 64) - 1


def key_of(seed: int, slot: str) -> int:
    """Return the key of one curve's random numbers."""
    return _hashed((seed & 0xFFFFFFFF) << 32 | crc32(slot.encode()))


def uniform(key: int, number: float, place: int) -> float:
    """Return a number from 0 to 1, 1 excluded, at an index of one of a curve's sequences.

    Args:
        key: the curve's key.
        number: the number of the sequence; only the whole part counts.
        place: the index, any whole number.
    """
    return (_hashed(_hashed(key + math.floor(number)) + place) >> 11) * 2.0**-53


def smooth(key: int, number: float, place: float) -> float:
    """Return a number from 0 to 1 that changes smoothly with the place: value noise.

    There is a random number at each whole place, interpolated by Perlin's quintic.
    """
    whole = math.floor(place)
    share = place - whole
    before, after = uniform(key, number, whole), uniform(key, number, whole + 1)
    return before + (after - before) * share**3 * (share * (6 * share - 15) + 10)


def normal(key: int, number: float, place: int) -> float:
    """Return a nearly normal number of mean 0 and standard deviation 1: a sum of four uniform."""
    total = sum(uniform(key, number, 4 * place + each) for each in range(4))
    return (total - 2.0) * math.sqrt(3.0)


def _hashed(number: int) -> int:
    """Hash 64 bits (splitmix64, Steele, Lea and Flood 2014)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)
