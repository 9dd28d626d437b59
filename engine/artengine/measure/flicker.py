"""Flicker: whether a film changes over short and long times as its clip does.

A film that goes somewhere changes more over 16 frames than over one; one that flickers changes as
much over one, and still has the motion of a clip that lives. So the luma of the thumbnails is
compared 1, 4 and 16 frames apart, and each mean absolute difference is divided by the clip's own. A
film that moves as its clip does has 1 three times, within a factor of 1.5.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.measure.thumbnails import lumas

APART = (1, 4, 16)
"""How many frames apart the frames are that are compared."""

MOST_FACTOR = 1.5
"""Ratios from 1/1.5 to 1.5 are those of a film that moves as its clip does."""

Changes: TypeAlias = dict[int, float | None]
"""A number for each distance in frames; None where there is none."""


def changes(thumbnails: npt.NDArray[np.uint8], first: int = 0) -> Changes:
    """Mean absolute difference of luma, of 0..255, from the frames 1, 4 and 16 before.

    Args:
        thumbnails: uint8 `(N, H, W, 3)`.
        first: the frame from which frames are compared with those before them. None is given for a
            distance that no frame has before it.
    """
    found: Changes = {}
    for apart in APART:
        later = range(max(first, apart), len(thumbnails))
        total = 0.0
        # By parts, so that memory does not grow with the film.
        for at in later[::256]:
            end = min(at + 256, len(thumbnails))
            here, before = lumas(thumbnails[at:end]), lumas(thumbnails[at - apart : end - apart])
            total += float(np.abs(here - before).mean(axis=(1, 2)).sum())
        found[apart] = total / len(later) if later else None
    return found


def flicker(film: Changes, clip: Changes) -> Changes:
    """The film's changes over the clip's; None where one is missing or the clip does not change."""
    return {
        apart: None if change is None or not (own := clip[apart]) else change / own
        for apart, change in film.items()
    }
