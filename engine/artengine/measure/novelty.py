"""Novelty: whether a film makes new pictures out of what its clip is made of.

At 64 windows of 8 frames, spread over the film from frame 48 on, two moments of three frames are
compared with the clip as 49 patches each (`patches.py`). A patch is *new* when it matches one
anywhere in the clip, but not what explains its moment best (`replay.py`): one moment of the clip,
or a fade of two. Novelty is the share of new patches over that of the clip's second half beside its
first, and at most 1: more real footage of one scene has about 1. A replay has 0, since one moment
explains it all, and so do noise, blur and other clips, since nothing matches. A film of under 512
frames from frame 48 on has fewer windows.

*Longest replay* is the longest time, in frames, over which windows go through the clip at one pace
of 1/2, 1 or 2, forward or backward, with more patches explained than 0.8 of those that match.
*Coverage* is the share of the clip's parts, at most 64 of at least 8 frames, in which the best
moments lie, where they explain anything.

The windows are after Haim et al. 2023, and SinFusion, section 7.2; that a film must be compared
with what it was learnt from, and by its nearest neighbours, is after Meehan et al. 2020 and
Jiralerspong et al. 2023. What was tried first, and why it was changed:

- `tau` was the 90th percentile of the clip's own distances. Blurred films, other clips and fades of
  a picture with its mirror image matched the clip then, and were not explained: novelty 0.3 to 1.
  It is the median, with which few patches of these match. Beside a clip of several scenes another
  clip still had 1, and melting 0.4, so that `tau` is limited too.
- A patch within `tau` of the best moment was explained. Many lie just beyond: a shuffled clip and
  one shifted against a still camera had 0.5. They count as explained within 1.5 `tau`.
- The best window had one time. A film cut from pieces of the clip had windows with a cut inside, so
  each of a window's moments may now have a place of its own.
- Cross-fades had 0.9 to 1. A fade of two moments explains as well, and each channel's gain and
  offset is fitted for each moment too: what leaves the picture when it is shifted or zoomed
  changes its mean.
- Zooms were 0.9, 1 and 1.1. A copy zoomed by 1.2 had 0.5 to 1: now 0.8 and 1.25 are tried too.
- Principal components alone leave out most of noise. The length of the rest is the 33rd number.
- The least share to divide by was 0.1. With these, 0.04 is what the halves of clips of one scene
  have; those of several scenes have nothing in common, and would make anything new.

What is left: a copy zoomed by more than 1.25, a clip shuffled frame by frame, and a fade with a
mirror image may have up to 0.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from artengine.measure.patches import Look, Patches, cut, moments
from artengine.measure.replay import PACES, Moments, Place

Thumbs = npt.NDArray[np.uint8]

WINDOWS = 64
LENGTH = 8
"""How many windows there are, and how many frames each has."""

MARGIN = 1.5
"""Within how many `tau` of the best moment a patch is explained by it."""

LEAST = 0.04
"""The least share of new patches that stands for a novelty of 1."""

REPLAYED = 0.8
"""In a replay, more patches of a window are explained than this share of those that match."""

PARTS = 64
"""How many parts of a clip are told apart for coverage, at most."""

_GOLDEN = (5**0.5 - 1) / 2
_SECOND = 4  # where in a window its second moment begins


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is new in a film.

    Args:
        novelty: 0 for a replay, 1 for what is as new as more footage would be.
        longest_replay: in frames of the film.
        coverage: share of the clip's parts that it visits, 0..1.
    """

    novelty: float
    longest_replay: int
    coverage: float


@dataclass(frozen=True)
class Memory:
    """A clip, prepared for finding what is new beside it.

    Args:
        moments: of the clip.
        fresh: share of new patches that the clip's second half has beside its first.
    """

    moments: Moments
    fresh: float

    @classmethod
    def of(cls, clip: Thumbs) -> Memory:
        """Prepare thumbnails of a clip of at least 16 frames, uint8 `(N, 32, 32, 3)`."""
        middle = len(clip) // 2
        half = Moments.of(Patches.of(clip[:middle]))
        return cls(Moments.of(Patches.of(clip)), float(compare(clip[middle:], half).new.mean()))


@dataclass(frozen=True)
class Compared:
    """A film's windows beside a clip.

    Args:
        windows: the first frame of each.
        matched, explained, new: shares of the patches of each moment, float64 `(W, 2)`.
        places: of the best single moment of the clip for each.
    """

    windows: npt.NDArray[np.int64]
    matched: npt.NDArray[np.float64]
    explained: npt.NDArray[np.float64]
    new: npt.NDArray[np.float64]
    places: list[tuple[Place, Place]]


def novelty(film: Thumbs, clip: Memory, first: int = 0) -> Novelty | None:
    """What is new in a film.

    Args:
        film: its thumbnails, uint8 `(N, 32, 32, 3)`.
        clip: what it is new beside.
        first: the frame from which it counts.

    Returns:
        None when there are under 8 frames from there on.
    """
    if len(film) - first < LENGTH:
        return None
    found = compare(film[first:], clip.moments)
    length = len(clip.moments.patches.clip)
    share = float(found.new.mean()) / max(LEAST, clip.fresh)
    return Novelty(min(1.0, share), longest_replay(found, length), coverage(found, length))


def compare(film: Thumbs, clip: Moments) -> Compared:
    """Compare a film of at least 8 frames with a clip."""
    patches = clip.patches
    windows = places_of_windows(len(film))
    begins = np.stack([windows, windows + _SECOND], axis=1).ravel()
    seen = Look.of(film).as_seen_by(patches.look).normal(moments(film, begins))
    strong, described = patches.strong(seen), patches.described(cut(seen))
    matched = np.zeros(strong.shape, bool)
    matched[strong] = patches.matched(described[strong])
    places, pictures = clip.explain(seen)
    apart = np.linalg.norm(patches.described(cut(pictures)) - described, axis=2)
    explained = strong & (apart <= MARGIN * patches.tau)
    matched, new, explained_share = (
        each.mean(axis=1).reshape(-1, 2) for each in (matched, matched & ~explained, explained)
    )
    pairs = list(zip(places[::2], places[1::2], strict=True))
    return Compared(windows, matched, explained_share, new, pairs)


def places_of_windows(length: int) -> npt.NDArray[np.int64]:
    """The first frames of a film's windows: one in each of 64 equal parts, at differing places
    within them, since steps of one length may fall in with the length of a clip that is looped."""
    count = min(WINDOWS, length // LENGTH)
    part = length / count
    within = np.arange(count) * _GOLDEN % 1
    return np.floor(np.arange(count) * part + within * (part - LENGTH)).astype(np.int64)


def longest_replay(film: Compared, length: int) -> int:
    """Frames of the longest replay; `length` is the clip's, whose end goes on at its beginning."""
    replays = film.explained.mean(axis=1) > REPLAYED * film.matched.mean(axis=1)
    longest = 0
    for pace in PACES:
        start = None
        for number, window in enumerate(film.windows.tolist()):
            if not replays[number]:
                start = None
                continue
            if start is None or not _goes_on(film, number, pace, length):
                start = window
            longest = max(longest, window + LENGTH - start)
    return longest


def coverage(film: Compared, length: int) -> float:
    """The share of the parts of a clip, `length` frames long, that a film visits."""
    parts = min(PARTS, max(1, length // LENGTH))
    visited = {
        place.frame * parts // length
        for places, shares in zip(film.places, film.explained, strict=True)
        for place, share in zip(places, shares, strict=True)
        if share > 0
    }
    return len(visited) / parts


def _goes_on(film: Compared, number: int, pace: float, length: int) -> bool:
    """Whether a window lies where the one before leads to, at a pace."""
    before, here = film.places[number - 1][0], film.places[number][0]
    frames = int(film.windows[number] - film.windows[number - 1])
    off = (here.frame - before.frame - pace * frames) % length
    tolerance = max(4.0, frames / 10)
    return here.mirrored == before.mirrored and min(off, length - off) <= tolerance
