"""A source, an effect and a curve in one distribution. The preset marsh.toml uses all three."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import PrivateAttr

from artengine.api import (
    Curve,
    Effect,
    Footage,
    Frame,
    FrameContext,
    Param,
    Picture,
    Scope,
    Signal,
    SignalContext,
    Size,
    Source,
    State,
    hookimpl,
)

requires_api = "~=0.2.0"


class MarshFootage(Footage):
    """Pictures of water that advances from the left and recedes."""

    endless = True

    def __init__(self, seed: int, size: Size, fps: float) -> None:
        self.size, self.fps, self.length = size, fps, None
        width, height = size
        self._banks = np.random.default_rng(seed).uniform(0.5, 1.0, (height, width, 3))

    def frames(self, start: int = 0) -> Iterator[Picture]:
        """Yield the pictures from number `start` on."""
        shore = np.arange(self.size[0]) / self.size[0]
        number = start
        while True:
            wet = shore < 0.5 + 0.4 * np.sin(number / self.fps)
            yield np.where(wet[:, None], 60, 200 * self._banks).astype(np.uint8)
            number += 1


class Marsh(Source):
    """A shore that a tide floods and drains."""

    name: ClassVar[str] = "marsh"

    seed: int = Param(0, ge=0)
    """Sets the colours of the banks."""

    def open(self, size: Size | None = None, fps: float | None = None) -> Footage:
        """See `Source.open`."""
        return MarshFootage(self.seed, size or (64, 48), fps or 24.0)


class Salt(Effect):
    """Bright pixels leave a crust of salt."""

    name: ClassVar[str] = "salt"
    uses_truth: ClassVar[bool] = False

    amount: float = Param(0.5, ge=0, le=1)
    """How white the crust is: none at 0, white at 1."""

    _crust: Frame | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """See `Effect.apply`."""
        crust = frame if self._crust is None else np.maximum(frame, self._crust)
        self._crust = crust.copy()
        result: Frame = frame + np.float32(self.amount) * (crust - frame)
        return result

    def reset(self) -> None:
        """Remove the crust."""
        self._crust = None

    def state(self) -> State:
        """Return the crust."""
        return {} if self._crust is None else {"crust": self._crust.copy()}

    def restore(self, state: State) -> None:
        """Restore the crust."""
        self._crust = np.array(state["crust"], np.float32) if "crust" in state else None


class TideSignal(Signal):
    """The value of a tide over a film."""

    def __init__(self, tide: float) -> None:
        self._tide = tide

    def at(self, now: SignalContext) -> float:
        """Return the level, a cosine wave in 0..1."""
        return float(0.5 + 0.5 * np.cos(2 * np.pi * now.clock.seconds / self._tide))


class Tide(Curve):
    """Rises and falls, as `{ tide = 12.0 }`."""

    name: ClassVar[str] = "tide"
    key: ClassVar[str] = "tide"

    tide: float = Param(gt=0, le=1000, unit="seconds")
    """The time from one high water to the next."""

    def values(self) -> tuple[float, ...]:
        """See `Curve.values`."""
        return (0.0, 1.0)

    def compile(self, scope: Scope) -> Signal:
        """See `Curve.compile`."""
        return TideSignal(self.tide)


@hookimpl
def register_sources() -> Sequence[type[Source]]:
    """Register `Marsh`."""
    return [Marsh]


@hookimpl
def register_effects() -> Sequence[type[Effect]]:
    """Register `Salt`."""
    return [Salt]


@hookimpl
def register_curves() -> Sequence[type[Curve]]:
    """Register `Tide`."""
    return [Tide]
