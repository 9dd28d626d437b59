"""ASCII: the picture written in characters."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from artengine.api import Effect, Frame, FrameContext, Param
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.places import shorter_side
from artengine_plugins.imaging.spread import spread

_RAMP = " .'-:;+=*oxO%#@"
"""Characters from the emptiest to the fullest."""

_GLYPH_HEIGHT = 64
"""Height in pixels at which characters are drawn before they are scaled down."""

_INKS = {"green": (0.25, 1.0, 0.35), "amber": (1.0, 0.69, 0.1), "white": (1.0, 1.0, 1.0)}


class Ascii(Effect):
    """The picture is written in characters, as in a terminal: dense ones for its bright parts."""

    name: ClassVar[str] = "ascii"
    uses_truth: ClassVar[bool] = False

    size: float = Param(0.03, ge=0.008, le=0.5)
    """Height of a character as a share of the frame's shorter side: a texture at 0.008, a few
    large letters at 0.5."""

    mode: Literal["colour", "green", "amber", "white", "paper"] = "colour"
    """Colours of the characters: those of the picture, `green`, `amber` or `white` on black, or
    black on white `paper`."""

    contrast: float = Param(1.3, ge=0, le=8)
    """Contrast of the shades before they become characters: at 0 all are one character, at 1 the
    shades are unchanged, at 8 only blanks and full characters are left."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Draw the frame in characters."""
        height, width = frame.shape[:2]
        high = max(2, round(self.size * shorter_side(frame)))
        wide = max(1, round(high * 0.6))
        rows, columns = -(-height // high), -(-width // wide)
        few = cv2.resize(frame, (columns, rows), interpolation=cv2.INTER_AREA)
        cells = few.astype(np.float32, copy=False)
        shade = np.clip((luma(cells) - 0.5) * self.contrast + 0.5, 0.0, 1.0)
        if self.mode == "paper":
            shade = 1.0 - shade
        numbers = np.rint(shade * (len(_RAMP) - 1)).astype(np.intp)
        glyphs = _glyphs(high, wide)
        page = glyphs.take(numbers, axis=0).swapaxes(1, 2)
        text = np.ascontiguousarray(page.reshape(rows * high, columns * wide)[:height, :width])
        written = spread(text * np.float32(1.0 / 255.0))
        if self.mode == "paper":
            return np.float32(1.0) - written
        if self.mode == "colour":
            # Characters leave much black: brighten them, as far as the mean light of a cell allows.
            filled = glyphs.mean(axis=(1, 2)).take(numbers) / 255.0
            ink = np.clip(cells, 0.0, 1.0)
            ink /= np.maximum(np.maximum(filled, ink.max(axis=2)), np.float32(0.05))[..., None]
            ink = ink.repeat(high, axis=0)[:height].repeat(wide, axis=1)[:, :width]
            written *= ink
        else:
            written *= np.array(_INKS[self.mode], np.float32)
        return written


@lru_cache(maxsize=2)
def _glyphs(high: int, wide: int) -> npt.NDArray[np.uint8]:
    """Draw the characters, white on black, `(n, high, wide)`."""
    box = (round(_GLYPH_HEIGHT * 0.6), _GLYPH_HEIGHT)
    glyphs = []
    for character in _RAMP:
        drawn = np.zeros((box[1], box[0]), np.uint8)
        (across, down), _ = cv2.getTextSize(character, cv2.FONT_HERSHEY_DUPLEX, 1.7, 5)
        start = (box[0] - across) // 2, (box[1] + down) // 2
        cv2.putText(drawn, character, start, cv2.FONT_HERSHEY_DUPLEX, 1.4, (255,), 4, cv2.LINE_AA)
        small = cv2.resize(drawn, (wide, high), interpolation=cv2.INTER_AREA)
        glyphs.append(small.astype(np.uint8))
    return np.stack(glyphs)
