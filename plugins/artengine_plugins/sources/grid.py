"""Resampling of pictures with irregular times to a regular grid of frames."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from artengine.api import Decoder, Picture


def slot_of(seconds: Fraction, rate: Fraction) -> int:
    """Return the number of the grid frame nearest to a time in seconds."""
    return math.floor(seconds * rate + Fraction(1, 2))


def on_grid(
    pictures: Decoder, picture: Picture, rate: Fraction, first: int, stop: int | None
) -> Iterator[Picture]:
    """Yield frames `first` to `stop`, exclusive, of a grid of `rate` frames a second.

    Frame k is the last picture whose time, rounded to the grid, is not after k. The first picture
    also fills the frames before it, and the last one is shown for its duration. At most two
    pictures are held, however long one is shown.

    Args:
        pictures: a decoder that has just returned `picture`.
        picture: its first picture.
        rate: frames a second in the file's time.
        first: number of the first frame.
        stop: number after the last frame; None for the end of the file.
    """
    slot = first
    until = slot_of(pictures.stamp + pictures.duration, rate)
    for following in pictures:
        begins = slot_of(pictures.stamp, rate)
        until = slot_of(pictures.stamp + pictures.duration, rate)
        while slot < (begins if stop is None else min(begins, stop)):
            yield picture
            picture = picture.copy()
            slot += 1
        if stop is not None and slot >= stop:
            return
        picture = following
    until = max(until, first + 1)
    while slot < (until if stop is None else min(until, stop)):
        yield picture
        picture = picture.copy()
        slot += 1
