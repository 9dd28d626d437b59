"""False colour: exposure shown in zones."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.colour import parse_colours
from artengine_plugins.imaging.luma import luma

_ZONES = (
    (0.00, "#4b0082"),
    (0.03, "#0b3bd6"),
    (0.12, "#12a7c9"),
    (0.20, ""),
    (0.38, "#2fbf3a"),
    (0.44, ""),
    (0.52, "#ff7fae"),
    (0.60, ""),
    (0.72, "#d9d24a"),
    (0.84, "#ffb000"),
    (0.93, "#ff5a00"),
    (0.98, "#ff0018"),
)
"""Start and colour of each zone; a zone without a colour shows grey."""


class FalseColour(Effect):
    """Each zone of exposure has its own colour, as on a camera's monitor: red for white.

    Between the coloured zones the picture is grey.
    """

    name: ClassVar[str] = "false-colour"
    uses_truth: ClassVar[bool] = False

    offset: float = Param(0.0, ge=-1, le=1)
    """Added exposure: at -1 everything is black, at 1 everything is overexposed. A curve on it
    moves the zones through the picture."""

    spread: float = Param(1.0, ge=0.1, le=10)
    """How often the zones repeat from black to white: a tenth of them at 0.1, all once at 1; at 10
    they run ten times through the picture like contour lines."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Colour the frame by its luma."""
        light = luma(frame)
        light += np.float32(self.offset)
        light *= np.float32(self.spread)
        if self.spread > 1.0:
            light -= np.floor(light)
        shades = np.clip(light * np.float32(255.0) + np.float32(0.5), 0.0, 255.0).astype(np.uint8)
        coloured = cv2.LUT(cv2.merge([shades, shades, shades]), _TABLE)
        return coloured.astype(np.float32, copy=False)


def _table() -> npt.NDArray[np.float32]:
    """Return the colour of each of 256 shades, `(1, 256, 3)`."""
    shades = np.linspace(0.0, 1.0, 256, dtype=np.float32)
    table = np.repeat(shades[:, None], 3, axis=1)
    ends = [start for start, _ in _ZONES[1:]] + [2.0]
    for (start, colour), end in zip(_ZONES, ends, strict=True):
        if colour:
            table[(shades >= start) & (shades < end)] = parse_colours((colour,))[0]
    return table[None]


_TABLE = _table()
