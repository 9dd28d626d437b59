"""Echo: repeat what was a moment ago."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from artengine.api import Frame, FrameContext, Param
from artengine_plugins.imaging.past_effect import PastEffect


class Echo(PastEffect):
    """Moments ago are seen once more, fainter each time, like a dancer's steps under a strobe."""

    name: ClassVar[str] = "echo"
    uses_truth: ClassVar[bool] = False

    frames: int = Param(16, ge=1, le=64, automatable=False)
    """Age of the last echo: one frame, a blur, at 1; seconds at 64. Each frame takes 1.5 MB of
    memory at 512 by 512 pixels."""

    count: int = Param(4, ge=1, le=8)
    """Number of echoes, evenly spread over that time: one at 1, a fan at 8."""

    fade: float = Param(0.8, ge=0, le=1)
    """Strength of an echo as a share of the one before: invisible at 0, all equal at 1."""

    mode: Literal["bright", "dark", "mean"] = "bright"
    """How the echoes are combined: the `bright`est value, the `dark`est, or the `mean` of all."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Lay the echoes over the frame."""
        self._past.add(frame, self.frames)
        heard, total, strength = frame.copy(), 1.0, 1.0
        for number in range(1, self.count + 1):
            strength *= self.fade
            echo = self._past.at(max(1, round(self.frames * number / self.count)))
            share = np.float32(strength)
            if self.mode == "mean":
                total += strength
                heard += echo * share
            elif self.mode == "bright":
                np.maximum(heard, echo * share, out=heard)
            else:
                # Fading makes a dark echo paler, as it makes a bright one darker.
                echo *= share
                echo += np.float32(1.0 - strength)
                np.minimum(heard, echo, out=heard)
        heard /= np.float32(total)
        return heard
