"""The vital signs of a dream: smoothed measures of its frames, relative to those of its clip."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from artengine.curves import Signal, SignalContext
from artengine.curves.signs import REST, SIGNS
from artengine.frame import Frame, Picture, Size
from artengine.measure.vital import VitalMeter, reference, small_size
from artengine.source import Source

SECONDS = 0.5
"""Time constant of the smoothing: after it a vital sign has followed two thirds of a step."""

_PLACES, _RUN = 6, 12
"""Number of places in the clip that are measured, and pictures at each."""


class VitalSigns:
    """The vital signs of the last frame. Until `watch` is called nothing is measured, and each
    stays 1.

    Args:
        fps: the film's frames per second.
        clip: returns the clip's own vital signs, the unit of the others; called when needed.
    """

    def __init__(self, fps: float, clip: Callable[[], Mapping[str, float]]) -> None:
        self._share = 1.0 - math.exp(-1.0 / (SECONDS * fps))
        self._clip = clip
        self._watched = False
        self.reset()

    def watch(self) -> None:
        """Measure from now on."""
        self._watched = True

    def watch_for(self, value: Any) -> None:
        """Measure from now on if a parameter's new value may read vital signs."""
        if any(name in SIGNS for name in re.findall(r"[a-z]+", repr(value))):
            self.watch()

    @property
    def measured(self) -> Mapping[str, float] | None:
        """The vital signs by name; None if nothing is measured."""
        return self.values if self._watched else None

    def reset(self) -> None:
        """Clear the state, as before a film's first frame."""
        self._meter = VitalMeter()
        self.values = dict.fromkeys(SIGNS, REST)

    def see(self, frame: Frame) -> None:
        """Measure the last frame, float32 `(H, W, 3)`."""
        if not self._watched:
            return
        for name, value in self._meter.feed(frame).items():
            self.values[name] += self._share * (value / self._reference[name] - self.values[name])

    @cached_property
    def _reference(self) -> Mapping[str, float]:
        return self._clip()

    def signals(self) -> dict[str, Signal]:
        """Return the vital signs as named signals."""
        return {name: _Sign(self, name) for name in SIGNS}

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the state; empty if nothing is measured."""
        if not self._watched:
            return {}
        values = np.array([self.values[name] for name in SIGNS])
        return {"values": values, "blocks": self._meter.state()}

    def restore(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Restore a state that `state` returned."""
        self.reset()
        if state:
            self.values = dict(zip(SIGNS, state["values"].tolist(), strict=True))
            self._meter.restore(state["blocks"].astype(np.float32))


class _Sign(Signal):
    def __init__(self, signs: VitalSigns, name: str) -> None:
        self._signs, self._name = signs, name

    def at(self, now: SignalContext) -> float:
        return self._signs.values[self._name]


def clip_signs(source: Source, size: Size) -> dict[str, float]:
    """Return a clip's own vital signs: the medians over pictures of up to six places in it.

    Args:
        source: the source, read at its own frame rate.
        size: the dream's width and height.

    Raises:
        SourceError: when it cannot be read.
    """
    footage = source.open(small_size(size), None)
    length, run = footage.length, _PLACES * _RUN
    starts: Sequence[int] = [0]
    if length is not None and length > run:
        starts = [round((length - _RUN) * place / (_PLACES - 1)) for place in range(_PLACES)]
        run = _RUN

    def runs() -> Iterator[list[Picture]]:
        for start in starts:
            pictures = footage.frames(start)
            yield list(islice(pictures, run))
            # Stop reading here.
            close = getattr(pictures, "close", None)
            if close is not None:
                close()

    return reference(runs())
