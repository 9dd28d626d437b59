"""Flicker: whether a film changes over short and long times as its clip does.

A film that goes somewhere changes more over 16 frames than over one. A film that flickers changes
as much over one, and its motion alone looks like that of a living clip. So the luma of the
thumbnails is compared 1, 4 and 16 frames apart, and each mean absolute difference is divided by the
clip's own. For a film that moves as its clip does, all three ratios are 1 within a factor of 1.5.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.measure.thumbnails import lumas

APART = (1, 4, 16)
"""The distances in frames between the compared frames."""

MOST_FACTOR = 1.5
"""Ratios from 1/1.5 to 1.5 are those of a film that moves as its clip does."""

Changes: TypeAlias = dict[int, float | None]
"""A number for each distance in frames; None if it is undefined."""


def changes(thumbnails: npt.NDArray[np.uint8], first: int = 0) -> Changes:
    """Return the mean absolute difference of luma, 0..255, from the frames 1, 4 and 16 before.

    Args:
        thumbnails: uint8 `(N, H, W, 3)`.
        first: the first frame that is compared with those before it. A distance is None if no frame
            has another one that far before it.
    """
    found: Changes = {}
    for apart in APART:
        later = range(max(first, apart), len(thumbnails))
        total = 0.0
        # In parts, so that memory does not grow with the film.
        for at in later[::256]:
            end = min(at + 256, len(thumbnails))
            here, before = lumas(thumbnails[at:end]), lumas(thumbnails[at - apart : end - apart])
            total += float(np.abs(here - before).mean(axis=(1, 2)).sum())
        found[apart] = total / len(later) if later else None
    return found


def flicker(film: Changes, clip: Changes) -> Changes:
    """Return the film's changes over the clip's; None if one is missing or the clip's is 0."""
    return {
        apart: None if change is None or not (own := clip[apart]) else change / own
        for apart, change in film.items()
    }
