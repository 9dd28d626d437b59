"""Byte corruption: a file with wrong bytes."""

from __future__ import annotations

import io
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import PrivateAttr

from artengine.api import Effect, Frame, FrameContext, Param, Picture, State, to_frame, to_picture

Damage = npt.NDArray[np.float64]

_MOST = 128
"""Largest number of wrong bytes."""


class ByteCorruption(Effect):
    """A few bytes of the picture's file are wrong: from there on it slips and changes colour.

    Each frame is saved as a JPEG, some bytes are overwritten, and the file is decoded.
    """

    name: ClassVar[str] = "byte-corruption"
    uses_truth: ClassVar[bool] = False

    count: int = Param(6, ge=0, le=_MOST)
    """How many bytes are wrong: none at 0; 128, the most, leave little to recognise."""

    quality: int = Param(60, ge=1, le=95)
    """Quality of the JPEG: large blocks at 1; finer ones at 95, where each wrong byte spoils
    fewer."""

    seconds: float = Param(0.25, ge=0, le=30, unit="seconds")
    """How long the same bytes stay wrong on average: one frame at 0, half a minute at 30."""

    start: float = Param(0.0, ge=0, le=0.95)
    """Where damage may begin: at the top at 0, only in the last rows at 0.95."""

    _damage: Damage | None = PrivateAttr(default=None)

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        """Encode the frame, damage the file and decode it."""
        share = 1.0 if self.seconds == 0 else 1.0 - np.exp(-1.0 / (self.seconds * now.fps))
        renewed, damage = now.rng.random() < share, self._damage
        if damage is None or renewed:
            damage = now.rng.random((_MOST, 2))
        self._damage = damage
        file = io.BytesIO()
        Image.fromarray(to_picture(frame)).save(file, "JPEG", quality=self.quality, subsampling=2)
        data = file.getvalue()
        # Try with fewer wrong bytes when the file cannot be decoded at all.
        for count in (self.count, self.count // 2, self.count // 4, 0):
            picture = _read(self._damaged(data, damage[:count]))
            if picture is not None and picture.shape == frame.shape:
                return to_frame(picture)
        return frame.copy()

    def _damaged(self, data: bytes, damage: Damage) -> bytes:
        # The pixel data follow the header of the scan, which is twelve bytes long.
        first = data.index(b"\xff\xda") + 14
        spoilt = np.frombuffer(data, np.uint8).copy()
        last = max(first, len(spoilt) - 3)
        places = first + (self.start + (1.0 - self.start) * damage[:, 0]) * (last - first)
        # A byte of 255 would begin a marker, which could end the picture.
        spoilt[places.astype(np.intp)] = (damage[:, 1] * 255.0).astype(np.uint8)
        return spoilt.tobytes()

    def reset(self) -> None:
        """Discard the damage."""
        self._damage = None

    def state(self) -> State:
        """Return positions and values of the wrong bytes, float64 `(128, 2)`."""
        return {} if self._damage is None else {"damage": self._damage.copy()}

    def restore(self, state: State) -> None:
        """Restore positions and values of the wrong bytes."""
        self._damage = np.array(state["damage"], np.float64) if state else None


def _read(data: bytes) -> Picture | None:
    """Decode a JPEG that may be damaged; return None when that fails."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError):
        return None
