"""Gate: show the dream only where something happens."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, State
from artengine_plugins.imaging.blur import gaussian_blur
from artengine_plugins.imaging.luma import Plane, luma
from artengine_plugins.imaging.spread import spread
from artengine_plugins.imaging.truth import truth_for


class Gate(Effect):
    """The dream lives only where something happens; the rest shows the real footage."""

    name: ClassVar[str] = "gate"

    opens: Literal["motion", "difference"] = "motion"
    """What opens the gate: `motion` in the footage, or its `difference` from the dream."""

    threshold: float = Param(0.02, ge=0, le=1)
    """How much must happen, in luma: almost anything is enough at 0, nothing at 1."""

    softness: float = Param(0.05, ge=0, le=1)
    """Range of luma over which the gate opens: a hard edge at 0, a faint mixture at 1."""

    spread: float = Param(3.0, ge=0, le=64, unit="pixels")
    """How far the gate opens around each change: single pixels at 0, wide clouds at 64."""

    linger: float = Param(0.9, ge=0, le=1)
    """Share of its opening that the gate keeps from frame to frame: it shuts at once at 0 and never
    at 1."""

    invert: bool = False
    """Whether to show the dream where nothing happens instead."""

    _light: Plane | None = PrivateAttr(default=None)
    _opened: Plane | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Return the frame where the gate is open, and the footage elsewhere."""
        truth = truth_for(frame, now)
        opened = self._open(self._activity(frame, truth))
        passed = frame - truth
        passed *= spread(np.float32(1.0) - opened if self.invert else opened)
        passed += truth
        return passed

    def _activity(self, frame: Frame, truth: Frame) -> Plane:
        """Return how much happens at each pixel, in luma, `(H, W)`."""
        light = luma(truth)
        if self.opens == "difference":
            return gaussian_blur(np.abs(luma(frame) - light), self.spread)
        before, self._light = self._light, light
        if before is None or before.shape != light.shape:
            return np.zeros_like(light)
        return gaussian_blur(np.abs(light - before), self.spread)

    def _open(self, activity: Plane) -> Plane:
        """Return how far the gate is open at each pixel, 0..1, `(H, W)`."""
        opened = (activity - np.float32(self.threshold)) / np.float32(max(self.softness, 1e-3))
        np.clip(opened, 0.0, 1.0, out=opened)
        before = self._opened
        if before is not None and before.shape == opened.shape:
            np.maximum(opened, before * np.float32(self.linger), out=opened)
        self._opened = opened
        return opened

    def reset(self) -> None:
        """Shut the gate."""
        self._light = self._opened = None

    def state(self) -> State:
        """Return the last luma of the footage and the opening of the gate, each `(H, W)`."""
        held = {"light": self._light, "opened": self._opened}
        return {name: plane.copy() for name, plane in held.items() if plane is not None}

    def restore(self, state: State) -> None:
        """Restore the luma and the opening."""
        light, opened = state.get("light"), state.get("opened")
        self._light = None if light is None else np.array(light, np.float32)
        self._opened = None if opened is None else np.array(opened, np.float32)
