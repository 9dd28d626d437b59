"""Types of the linear light that the lens converts to a picture."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy.typing as npt

Plane: TypeAlias = npt.NDArray[Any]
"""Float32 values of pixels, rows or columns, or their light `(h, w, 3)`."""

Colour: TypeAlias = tuple[float, float, float]
"""Linear red, green and blue; 1 is bright, more than 1 blooms."""
