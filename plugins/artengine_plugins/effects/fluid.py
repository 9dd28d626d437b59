"""Fluid: stir the picture like paint."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import PrivateAttr

from artengine.api import Frame, FrameContext, Param, State, size_of
from artengine_plugins.imaging.flow_noise import FlowNoise
from artengine_plugins.imaging.luma import Plane
from artengine_plugins.imaging.mix import mix
from artengine_plugins.imaging.motion import Flow, Grey, drawn_from, motion, shrunk
from artengine_plugins.imaging.phase import PhasedEffect

_FASTEST = 8.0
"""Largest speed of the fluid, in pixels of the small picture a frame."""


class Fluid(PhasedEffect):
    """The picture is wet paint, stirred by the footage's motion, the dream's own, or slow eddies.

    Stable fluids (Stam, 1999): a velocity field advects itself, its vortices are amplified (Fedkiw,
    Stam and Jensen, "Visual simulation of smoke", 2001), and a pressure projection removes its
    divergence. The field then advects the paint, and a share of the new picture is mixed in.
    """

    name: ClassVar[str] = "fluid"

    by: Literal["source", "frame", "noise"] = "source"
    """What stirs the paint: motion in the footage, motion in the dream, or slow random eddies."""

    force: float = Param(1.0, ge=0, le=10)
    """How strongly the paint is stirred: it stands at 0, moves as far as the motion at 1, and is
    flung about at 10."""

    swirl: float = Param(0.3, ge=0, le=4)
    """How much vortices are amplified: smooth streams at 0, curls within curls at 4."""

    seconds: float = Param(1.5, ge=0.05, le=30, unit="seconds")
    """How long the paint keeps moving: thick as honey at 0.05; at 30 it hardly comes to rest."""

    refresh: float = Param(0.06, ge=0, le=1)
    """Share of the new picture that is mixed in with each frame: at 0 the first picture is stirred
    for ever, at 1 nothing old is left."""

    _paint: Frame | None = PrivateAttr(default=None)
    _field: Flow | None = PrivateAttr(default=None)
    _small: Grey | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Update the field, advect the paint, and mix the frame in."""
        small, paint, field = shrunk(frame), self._paint, self._field
        if self.by == "source":
            small = shrunk(now.truth)
        shape = (*shrunk(frame).shape, 2)
        push = self._push(small, shape, now)
        if paint is None or field is None or paint.shape != frame.shape or field.shape != shape:
            paint, field = frame.copy(), np.zeros(shape, np.float32)
        field = self._advected(field + push, now)
        # The paint at a pixel comes from upstream.
        columns, rows = drawn_from(-field, size_of(frame))
        carried = cv2.remap(
            paint, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        ).astype(np.float32, copy=False)
        paint = mix(carried, frame, self.refresh)
        self._paint, self._field, self._small = paint, field, small
        return paint.copy()

    def _push(self, small: Grey, shape: tuple[int, ...], now: FrameContext) -> Flow:
        """Return the force on the field in this frame."""
        height, width = shape[:2]
        if self.by == "noise":
            noise = FlowNoise(now.steady_rng)
            cell = 0.5 * min(width, height)
            potential = noise.field((width, height), cell, self.advance(0.15, now), octaves=2)
            slope = [cv2.Sobel(potential, cv2.CV_32F, *axis, ksize=3) for axis in ((0, 1), (1, 0))]
            push = np.stack([slope[0], -slope[1]], axis=-1) * np.float32(0.02 * cell)
        elif self._small is None or self._small.shape != small.shape:
            return np.zeros(shape, np.float32)
        else:
            push = -motion(self._small, small)
            if push.shape != shape:
                large = cv2.resize(push, (width, height), interpolation=cv2.INTER_AREA)
                push = large.astype(np.float32, copy=False)
        # The force adds up over frames: scale it so that the sum approaches the wanted speed.
        share = 1.0 - float(np.exp(-3.0 / (self.seconds * now.fps)))
        return (push * np.float32(self.force * share)).astype(np.float32).reshape(shape)

    def _advected(self, field: Flow, now: FrameContext) -> Flow:
        """Return the field of the next frame: advected, vortices amplified, pressure removed."""
        height, width = field.shape[:2]
        columns = np.arange(width, dtype=np.float32) - field[..., 0]
        rows = np.arange(height, dtype=np.float32)[:, None] - field[..., 1]
        field = cv2.remap(
            field, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32, copy=False)
        field = field.reshape(height, width, 2)
        if self.swirl:
            field += np.float32(self.swirl) * _confinement(field)
        field *= np.float32(np.exp(-1.0 / (self.seconds * now.fps)))
        np.clip(field, -_FASTEST, _FASTEST, out=field)
        return _without_pressure(field)

    def reset(self) -> None:
        """Discard paint and field."""
        super().reset()
        self._paint = self._field = self._small = None

    def state(self) -> State:
        """Return the paint `(H, W, 3)`, the field `(h, w, 2)` and the last small picture."""
        held = {"paint": self._paint, "field": self._field, "small": self._small}
        kept = {name: value.copy() for name, value in held.items() if value is not None}
        return {**super().state(), **kept}

    def restore(self, state: State) -> None:
        """Restore the paint, the field and the last small picture."""
        self.reset()
        super().restore(state)
        if "paint" in state:
            self._paint = np.array(state["paint"], np.float32)
            self._field = np.array(state["field"], np.float32)
            self._small = np.array(state["small"], np.uint8)


def _gradients(plane: Plane) -> tuple[Plane, Plane]:
    """Return the gradients of a periodic plane, across and down."""
    across = (np.roll(plane, -1, axis=1) - np.roll(plane, 1, axis=1)) * np.float32(0.5)
    down = (np.roll(plane, -1, axis=0) - np.roll(plane, 1, axis=0)) * np.float32(0.5)
    return across, down


def _confinement(field: Flow) -> Flow:
    """Return the vorticity confinement force, which amplifies vortices."""
    turning = _gradients(field[..., 1])[0] - _gradients(field[..., 0])[1]
    across, down = _gradients(np.abs(turning))
    length = np.sqrt(across * across + down * down) + np.float32(1e-4)
    return np.stack([down / length * turning, -across / length * turning], axis=-1)


def _without_pressure(field: Flow) -> Flow:
    """Remove the divergence from a field by projection in the frequency domain."""
    height, width = field.shape[:2]
    spectrum: npt.NDArray[np.complexfloating] = np.fft.rfft2(field, axes=(0, 1))
    across = np.fft.rfftfreq(width)[None, :]
    down = np.fft.fftfreq(height)[:, None]
    square = across**2 + down**2
    square[0, 0] = 1.0
    piling = (across * spectrum[..., 0] + down * spectrum[..., 1]) / square
    spectrum[..., 0] -= across * piling
    spectrum[..., 1] -= down * piling
    return np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1)).astype(np.float32)
