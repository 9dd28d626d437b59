"""Selecting channels of a feature map by a preset's text."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

ALLOWED = '"all", numbers and ranges as "0-15, 20", or a share as "random 20%"'
"""The allowed forms, for error messages."""

_SHARE = re.compile(r"random\s+(\d{1,3}(?:\.\d{1,6})?)\s*%")
_RANGE = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?")


def share_of(written: str) -> float | None:
    """Return the share of channels to draw at random, in (0, 1]; None for "all" and for numbers.

    Raises:
        ValueError: when the text is none of the allowed forms.
    """
    found = _SHARE.fullmatch(written.strip())
    if found is None:
        _ranges(written)
        return None
    share = float(found[1]) / 100
    if not 0 < share <= 1:
        raise ValueError(f"{found[1]}% given; allowed: above 0% to 100%")
    return share


def chosen(written: str, count: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return a mask of the selected channels, `(count,)`.

    Args:
        written: `all`, `0-15, 20` or `random 20%`; a share selects at least one channel.
        count: number of channels of the feature map.
        rng: random generator for a share.

    Raises:
        ValueError: when a number is not below `count`.
    """
    share = share_of(written)
    found = np.zeros(count, np.bool_)
    if share is not None:
        found[rng.permutation(count)[: max(1, round(share * count))]] = True
        return found
    for first, last in _ranges(written):
        if last >= count:
            raise ValueError(f"{last} given; allowed: 0 to {count - 1}")
        found[first : last + 1] = True
    return found if written.strip() != "all" else ~found


def _ranges(written: str) -> list[tuple[int, int]]:
    """First and last channel of each range; an empty list for "all"."""
    if written.strip() == "all":
        return []
    ranges = []
    for part in written.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            raise ValueError(f'"{part.strip()[:40]}" given; allowed: {ALLOWED}')
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise ValueError(f"{first}-{last} given; write the smaller number first")
        ranges.append((first, last))
    return ranges
