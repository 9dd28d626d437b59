"""Hex colours."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import StringConstraints

HexColour = Annotated[str, StringConstraints(pattern=r"^#?[0-9A-Fa-f]{6}$")]
"""A colour as `"#rrggbb"` of sRGB, with or without the `#`."""


def parse_colours(colours: tuple[HexColour, ...]) -> npt.NDArray[np.float32]:
    """Turn n hex colours into float32 `(n, 3)` in 0..1, sRGB-encoded."""
    digits = [colour.removeprefix("#") for colour in colours]
    values = [[int(text[at : at + 2], 16) / 255.0 for at in (0, 2, 4)] for text in digits]
    return np.array(values, np.float32).reshape(-1, 3)
