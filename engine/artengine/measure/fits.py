"""Fits of one or two moments of a clip to a moment of a film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from artengine.measure.patches import Floats

GAINS = (0.5, 2.0)
"""The factors between which a moment's contrast may have changed."""

Fit: TypeAlias = Callable[[Floats, Floats, int], Floats]
"""Fits moments `(K, 3, h, w, 3)` as closely as possible to one `(3, 32, 32, 3)`. The number is the
step between the pixels of that one to use: 1 for all, 2 for every second."""


def fitted(moment: Floats, seen: Floats, step: int) -> Floats:
    """Apply to moments the gain and offset of each channel that bring them closest to one."""
    wanted, mean = _centred(moment[None, :, ::step, ::step])
    apart, _ = _centred(seen)
    gains = _products(apart, wanted) / np.maximum(_products(apart, apart), 1e-6)
    return apart * np.clip(gains, *GAINS) + mean


@dataclass(frozen=True)
class Fade:
    """The cross-fades of a first moment, `(3, 32, 32, 3)`, with others that fit a moment best."""

    first: Floats

    def __call__(self, moment: Floats, seen: Floats, step: int) -> Floats:
        """Fit the shares of both moments, and an offset, for each channel."""
        wanted, mean = _centred(moment[None, :, ::step, ::step])
        one, _ = _centred(self.first[None, :, ::step, ::step])
        other, _ = _centred(seen)
        own, power = _products(one, one) + 1e-6, _products(other, other) + 1e-6
        shared, to_one = _products(other, one), _products(one, wanted)
        to_other = _products(other, wanted)
        # The shares of almost identical moments are not determined; this avoids a division by 0.
        whole = np.maximum(own * power - shared * shared, 1e-3 * own * power)
        one_gain = np.clip((to_one * power - to_other * shared) / whole, 0, GAINS[1])
        other_gain = np.clip((to_other * own - to_one * shared) / whole, 0, GAINS[1])
        return np.asarray(one_gain * one + other_gain * other + mean, np.float32)


def _centred(moments: Floats) -> tuple[Floats, Floats]:
    """Return moments with the mean of each channel subtracted, and the means."""
    mean = moments.mean(axis=(1, 2, 3), keepdims=True)
    return np.asarray(moments - mean), mean


def _products(one: Floats, other: Floats) -> Floats:
    """Return the inner product of each channel: `(K, 1, 1, 1, 3)`."""
    return np.asarray((one * other).sum(axis=(1, 2, 3), keepdims=True), np.float32)
