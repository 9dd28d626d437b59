"""The frequency bands of features."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.audio.decode import RATE

Band: TypeAlias = tuple[float, float]
"""The lowest and the highest frequency, in Hz."""

LEVELS: Mapping[str, Band] = MappingProxyType(
    {"low": (20.0, 250.0), "mid": (250.0, 2000.0), "high": (2000.0, 12_000.0)}
)
"""Bands whose level is a feature."""

DRUMS: Mapping[str, Band] = MappingProxyType(
    {"kick": (30.0, 150.0), "snare": (1500.0, 6000.0), "hat": (7000.0, 12_000.0)}
)
"""Bands whose sudden rises are a feature."""

LOWEST, HIGHEST = 0.0, RATE / 2


def weights(bands: Mapping[str, Band], window: int) -> npt.NDArray[np.float32]:
    """Return the share of each bin of a spectrum in each band, `(bins, bands)`, 0..1.

    A band narrower than a bin takes a share of that bin.
    """
    spacing = RATE / window
    lower = (np.arange(window // 2 + 1) - 0.5) * spacing
    shares = [
        np.clip(np.minimum(high, lower + spacing) - np.maximum(low, lower), 0.0, None) / spacing
        for low, high in bands.values()
    ]
    return np.stack(shares, axis=1).astype(np.float32)
