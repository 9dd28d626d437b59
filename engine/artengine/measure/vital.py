"""Vital signs of a film while it is made: motion, contrast, detail, colour and drift of its last
frame, measured as in `life.py` on a small copy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from artengine.frame import Frame, Picture, Size, size_of, to_picture
from artengine.measure.life import DRIFT
from artengine.measure.look import BLOCK, Plane, look_of

SIDE = 128
"""The longest side of the copy that is measured, in pixels."""

ORDINARY: Mapping[str, float] = MappingProxyType(
    {"motion": 0.008, "contrast": 0.2, "detail": 0.06, "colour": 35.0, "drift": 0.04}
)
"""The vital signs of an ordinary clip."""

LEAST = 0.05
"""The share of an ordinary vital sign below which a clip's own is not used as reference."""


def small_size(size: Size) -> Size:
    """Return the width and height at which frames of `size` are measured: at least a block."""
    share = min(1.0, SIDE / max(size))
    width, height = (max(BLOCK, round(share * side)) for side in size)
    return width, height


class VitalMeter:
    """Measures frames one after the other; keeps the block means of the last 8."""

    def __init__(self) -> None:
        self._past: deque[Plane] = deque(maxlen=DRIFT)

    def feed(self, frame: Frame | Picture) -> dict[str, float]:
        """Measure the next frame, `(H, W, 3)`, of the same size as those before.

        Returns:
            The vital signs by name, without `motion` and `drift` if too few frames came before.
        """
        size = small_size(size_of(frame))
        small: npt.NDArray[Any] = frame
        if size_of(frame) != size:
            small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        look = look_of(small if small.dtype == np.uint8 else to_picture(small))
        found = {
            "contrast": look.contrast,
            "detail": look.detail,
            "colour": look.colourfulness,
        }
        if self._past:
            found["motion"] = _mean_difference(look.blocks, self._past[-1])
        if len(self._past) == DRIFT:
            found["drift"] = _mean_difference(look.blocks, self._past[0])
        self._past.append(look.blocks)
        return found

    def state(self) -> Plane:
        """Return the block means of the last frames, oldest first: float32 `(0 to 8, H, W)`."""
        return np.array(self._past, np.float32).reshape(len(self._past), *self._shape())

    def _shape(self) -> tuple[int, int]:
        down, across = self._past[-1].shape if self._past else (0, 0)
        return down, across

    def restore(self, state: Plane) -> None:
        """Restore what `state` returned."""
        self._past = deque((np.asarray(each, np.float32) for each in state), DRIFT)


def _mean_difference(one: Plane, other: Plane) -> float:
    return float(np.abs(one - other).mean(dtype=np.float64))


def reference(runs: Iterable[Sequence[Picture]]) -> dict[str, float]:
    """Return a clip's median vital signs, the reference for those of its dreams.

    If the clip has hardly any of one, that of an ordinary clip is used instead: a photograph does
    not move, but its dreams may.

    Args:
        runs: consecutive pictures of the clip, from one or more places.
    """
    found: dict[str, list[float]] = {name: [] for name in ORDINARY}
    for run in runs:
        meter = VitalMeter()
        for name, value in chain.from_iterable(meter.feed(each).items() for each in run):
            found[name].append(value)
    medians = {name: float(np.median(values or [0.0])) for name, values in found.items()}
    return {
        name: median if median >= LEAST * ORDINARY[name] else ORDINARY[name]
        for name, median in medians.items()
    }
