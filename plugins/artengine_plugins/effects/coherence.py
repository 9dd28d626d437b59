"""Coherence: bring colours back to those of a reference."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, Picture, Size, State, to_frame
from artengine_plugins.imaging.cube import apply_cube, even_colours, plain_cube
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.oklab import frame_from_oklab, frame_to_oklab
from artengine_plugins.sources.picture_file import read_picture

Quantiles = npt.NDArray[np.float32]

_SIDE = 128
"""Longest side, in pixels, of the scaled-down picture whose colours are measured."""

_SHARES = np.linspace(0.0, 1.0, 65)

_CELLS = 33
"""Cells per side of the lookup table."""

_GAIN = 4.0
"""Largest factor by which a channel's contrast is raised or lowered."""


class Coherence(Effect):
    """Colours that drift away are drawn back to those of the footage, the first frame or a picture.

    Lightness, green-red and blue-yellow of Oklab (Ottosson, 2020) are each brought to those of the
    reference, by mean and deviation (Reinhard et al., "Color transfer between images", 2001) or by
    their whole distribution.
    """

    name: ClassVar[str] = "coherence"

    to: Literal["source", "first"] = "source"
    """Where the colours come from without a `path`: the current frame of the footage, or the
    `first` frame that reached this effect."""

    path: str = Param("", path=True)
    """A picture to take the colours from."""

    method: Literal["statistics", "histogram"] = "statistics"
    """`statistics` matches mean and spread of lightness and colours; `histogram` matches their
    whole distribution, so that two lights or three colours come back as such."""

    amount: float = Param(1.0, ge=0, le=1)
    """How far the colours come back: not at all at 0, completely at 1."""

    light: bool = True
    """Whether lightness is matched as well; otherwise only the colours are."""

    _first: Quantiles | None = PrivateAttr(default=None)
    _picture: tuple[str, Quantiles] | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Match each part of the colours to the reference's, with a lookup table."""
        own, wanted = _quantiles(frame), self._reference(frame, now)
        colours = even_colours(_CELLS)
        flat = colours.reshape(-1, 1, 3)
        lab = frame_to_oklab(flat)
        for part in range(0 if self.light else 1, 3):
            lab[..., part] = self._matched(lab[..., part], own[part], wanted[part])
        cells = mix(flat, frame_from_oklab(lab), self.amount).reshape(colours.shape)
        return apply_cube(frame, plain_cube(cells))

    def _matched(self, values: Plane, own: Quantiles, wanted: Quantiles) -> Plane:
        if self.method == "statistics":
            gain = float(np.clip((wanted.std() + 1e-4) / (own.std() + 1e-4), 1 / _GAIN, _GAIN))
            return values * np.float32(gain) + np.float32(wanted.mean() - gain * own.mean())
        # Separate equal quantiles, so that the mapping has one answer for each value.
        rising = own + np.linspace(0.0, 1e-4, len(own))
        matched = np.interp(values, rising, wanted)
        # Values beyond the frame's own extremes stay as far beyond.
        matched += np.minimum(values - rising[0], 0.0) + np.maximum(values - rising[-1], 0.0)
        return matched.astype(np.float32)

    def _reference(self, frame: Frame, now: FrameContext) -> Quantiles:
        if self.path:
            if self._picture is None or self._picture[0] != self.path:
                picture = np.asarray(read_picture(Path(self.path)))
                # Shrink it as 8 bits first: a large photo would take gigabytes as a float frame.
                small = cv2.resize(picture, _small(picture), interpolation=cv2.INTER_NEAREST)
                shrunk = to_frame(small.astype(np.uint8, copy=False))
                self._picture = self.path, _quantiles(shrunk)
            return self._picture[1]
        if self.to == "source":
            return _quantiles(now.truth)
        if self._first is None:
            self._first = _quantiles(frame)
        return self._first

    def reset(self) -> None:
        """Discard the first frame's colours."""
        self._first = None

    def state(self) -> State:
        """Return the quantiles of the first frame's colours, float32 `(3, 65)`."""
        return {} if self._first is None else {"first": self._first.copy()}

    def restore(self, state: State) -> None:
        """Restore the quantiles of the first frame's colours."""
        self._first = np.array(state["first"], np.float32) if state else None


def _small(frame: Frame | Picture) -> Size:
    """Return the size at which the colours of a frame are measured."""
    height, width = frame.shape[:2]
    return min(_SIDE, width), min(_SIDE, height)


def _quantiles(frame: Frame) -> Quantiles:
    """Return 65 quantiles of each part of a frame's colours in Oklab, `(3, 65)`."""
    resized = cv2.resize(frame, _small(frame), interpolation=cv2.INTER_NEAREST)
    small = resized.astype(np.float32, copy=False)
    colours = frame_to_oklab(small).reshape(-1, 3)
    ranked = np.sort(np.ascontiguousarray(colours.T), axis=1)
    return ranked.take(np.rint(_SHARES * (len(colours) - 1)).astype(np.intp), axis=1)
