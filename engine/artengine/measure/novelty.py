"""Novelty: whether a film makes new pictures out of the parts of its clip.

In 64 windows of 8 frames, spread over the film from frame 48 on, two moments of three frames are
compared with the clip as 49 patches each (`patches.py`). A patch is *new* when it matches one
anywhere in the clip, but not the best explanation of its moment (`replay.py`): one moment of the
clip, or a fade of two. Novelty is the share of new patches divided by that of the clip's second
half compared with its first, and at most 1: more real footage of one scene has about 1. A replay
has 0, since one moment explains all of it, and so do noise, blur and other clips, since nothing
matches. A film of under 512 frames from frame 48 on has fewer windows.

*Longest replay* is the longest time, in frames, over which windows traverse the clip at a constant
pace of 1/2, 1 or 2, forward or backward, while over 0.8 times as many patches are explained as
match. *Coverage* is the share of the clip's parts (at most 64, of at least 8 frames each) that hold
the best moment of some window and explain part of it.

The windows follow Haim et al. 2023, and SinFusion, section 7.2. Comparing a film with its training
data, by nearest neighbours, follows Meehan et al. 2020 and Jiralerspong et al. 2023. What was tried
first, and why it was changed:

- `tau` was the 90th percentile of the clip's own distances. Blurred films, other clips and fades of
  a picture with its mirror image then matched the clip without being explained: novelty 0.3 to 1.
  Now it is the median, with which few patches of these match. Compared with a clip of several
  scenes, another clip still had 1, and a melting film 0.4, so `tau` has an upper limit too.
- A patch within `tau` of the best moment was explained. Many lie just beyond: a shuffled clip and
  one shifted against a still camera had 0.5. The limit is now 1.5 `tau`.
- The best window had one time. A film cut from pieces of the clip had windows with a cut inside, so
  each moment of a window now has its own place in the clip.
- Cross-fades had 0.9 to 1. Now a fade of two moments may explain a moment, and each channel's gain
  and offset is fitted for each moment too: shifting and zooming move parts out of the picture,
  which changes its mean.
- Zooms were 0.9, 1 and 1.1. A copy zoomed by 1.2 had 0.5 to 1: now 0.8 and 1.25 are tried too.
- Principal components alone discard most noise. The norm of the residual is the 33rd number.
- The smallest divisor was 0.1. With the changes above, the halves of clips of one scene have 0.04;
  those of several scenes have nothing in common, and would make anything count as new.

Known limits: a copy zoomed by more than 1.25, a clip shuffled frame by frame, and a fade with a
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
"""The number of windows, and the number of frames of each."""

MARGIN = 1.5
"""The distance, in `tau`, within which the best moment explains a patch."""

LEAST = 0.04
"""The smallest share of new patches that can stand for a novelty of 1."""

REPLAYED = 0.8
"""A window is a replay if its explained patches are more than this share of its matching ones."""

PARTS = 64
"""The largest number of parts into which coverage divides a clip."""

_GOLDEN = (5**0.5 - 1) / 2
_SECOND = 4  # where in a window its second moment begins


@dataclass(frozen=True, slots=True)
class Novelty:
    """The novelty of a film.

    Args:
        novelty: 0 for a replay, 1 for a film as new as more footage would be.
        longest_replay: in frames of the film.
        coverage: share of the clip's parts that it visits, 0..1.
    """

    novelty: float
    longest_replay: int
    coverage: float


@dataclass(frozen=True)
class Memory:
    """A clip, prepared as the reference for novelty.

    Args:
        moments: the moments of the clip.
        fresh: share of new patches in the clip's second half compared with its first.
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
    """The comparison of a film's windows with a clip.

    Args:
        windows: the first frame of each window.
        matched, explained, new: shares of the patches of each moment, float64 `(W, 2)`.
        places: the place of the best single moment of the clip for each moment.
    """

    windows: npt.NDArray[np.int64]
    matched: npt.NDArray[np.float64]
    explained: npt.NDArray[np.float64]
    new: npt.NDArray[np.float64]
    places: list[tuple[Place, Place]]


def novelty(film: Thumbs, clip: Memory, first: int = 0) -> Novelty | None:
    """Measure the novelty of a film.

    Args:
        film: its thumbnails, uint8 `(N, 32, 32, 3)`.
        clip: the clip to compare with.
        first: the first frame that counts.

    Returns:
        The novelty; None if there are under 8 frames from there on.
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
    """Return the first frames of a film's windows: one in each of 64 equal parts, at varying places
    within them, because a constant step may coincide with the period of a looped clip."""
    count = min(WINDOWS, length // LENGTH)
    part = length / count
    within = np.arange(count) * _GOLDEN % 1
    return np.floor(np.arange(count) * part + within * (part - LENGTH)).astype(np.int64)


def longest_replay(film: Compared, length: int) -> int:
    """Return the frames of the longest replay of a clip, `length` frames long, that may loop."""
    replays = film.explained.mean(axis=1) > REPLAYED * film.matched.mean(axis=1)
    longest = 0
    for pace in PACES:
        start = None
        for number, window in enumerate(film.windows.tolist()):
            if not replays[number]:
                start = None
                continue
            if start is None or not _continues(film, number, pace, length):
                start = window
            longest = max(longest, window + LENGTH - start)
    return longest


def coverage(film: Compared, length: int) -> float:
    """Return the share of the parts of a clip, `length` frames long, that a film visits."""
    parts = min(PARTS, max(1, length // LENGTH))
    visited = {
        place.frame * parts // length
        for places, shares in zip(film.places, film.explained, strict=True)
        for place, share in zip(places, shares, strict=True)
        if share > 0
    }
    return len(visited) / parts


def _continues(film: Compared, number: int, pace: float, length: int) -> bool:
    """Return whether a window continues the one before it in the clip, at a pace."""
    before, here = film.places[number - 1][0], film.places[number][0]
    frames = int(film.windows[number] - film.windows[number - 1])
    off = (here.frame - before.frame - pace * frames) % length
    tolerance = max(4.0, frames / 10)
    return here.mirrored == before.mirrored and min(off, length - off) <= tolerance
