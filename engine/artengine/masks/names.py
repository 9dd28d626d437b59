"""The names of pictures in masks, in addition to the names of expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from artengine.frame import Size
from artengine.masks.plane import Plane
from artengine.masks.view import View

DREAM, TRUTH, LAST, LAST_TRUTH = "dream", "truth", "last", "last truth"
"""What a mask may look at: the effect's input, the source, and both one frame earlier."""


@dataclass(frozen=True, slots=True)
class PictureName:
    """A name of a picture.

    Args:
        about: its description.
        cost: as in `Calculation`.
        of: computes it.
        looks: the frames that it looks at.
        still: whether it is the same at every frame.
    """

    about: str
    cost: int
    of: Callable[[View], Plane]
    looks: frozenset[str] = frozenset()
    still: bool = False


@lru_cache(maxsize=32)
def places(size: Size, axis: int) -> Plane:
    """Return the middle of each column or row, as a share of the width or height."""
    count = size[axis]
    found = ((np.arange(count) + 0.5) / count).astype(np.float32)
    found.flags.writeable = False
    return found[None, :] if axis == 0 else found[:, None]


def _name(
    about: str, cost: int, of: Callable[[View], Plane], *looks: str, still: bool = False
) -> PictureName:
    return PictureName(about, cost, of, frozenset(looks), still)


NAMES: Mapping[str, PictureName] = MappingProxyType(
    {
        "luma": _name("how bright the dream is, 0 black to 1 white; also truth.luma, last.luma",
                      3, lambda v: v.dream.luma, DREAM),
        "truth.luma": _name("how bright the source is", 3, lambda v: v.truth.luma, TRUTH),
        "last.luma": _name("how bright the dream was one frame earlier", 3,
                           lambda v: v.last.luma, LAST),
        "edges": _name("how steep luma is, 0 to 1; also truth.edges, last.edges",
                       12, lambda v: v.dream.edges, DREAM),
        "truth.edges": _name("how steep the source's luma is", 12, lambda v: v.truth.edges, TRUTH),
        "last.edges": _name("how steep luma was one frame earlier", 12,
                            lambda v: v.last.edges, LAST),
        "motion": _name("how far luma has changed since the last frame, mostly below 0.1; also "
                        "truth.motion", 8, lambda v: v.dream.motion(v.last), DREAM, LAST),
        "truth.motion": _name("how far the source's luma has changed since its last frame", 8,
                              lambda v: v.truth.motion(v.last_truth), TRUTH, LAST_TRUTH),
        "difference": _name("how far the dream's colours are from the source's, 0 to 1; "
                            "last.difference: from the dream's own one frame earlier",
                            8, lambda v: v.dream.difference(v.truth), DREAM, TRUTH),
        "last.difference": _name("how far the dream's colours are from those one frame earlier",
                                 8, lambda v: v.dream.difference(v.last), DREAM, LAST),
        "x": _name("0 at the left edge, 1 at the right one", 0, lambda v: places(v.size, 0),
                   still=True),
        "y": _name("0 at the top, 1 at the bottom", 0, lambda v: places(v.size, 1), still=True),
    }
)  # fmt: skip
"""The names of pictures."""
