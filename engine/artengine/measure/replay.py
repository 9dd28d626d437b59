"""Replay: the moment of a clip that explains a moment of a film best.

A moment is three frames of thumbnails. Candidates are the moments of the clip at a pace of 1/2, 1
or 2, forward or backward, mirrored, shifted by up to 4 pixels, zoomed by 0.8 to 1.25, with a gain
and an offset for each channel; and fades between two such moments.

The search starts where halved luma in the middle of the picture correlates best, and descends from
there to the least squared difference of every second pixel across and down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from artengine.measure.fits import Fade, Fit, fitted
from artengine.measure.patches import STRIDE, Floats, Patches
from artengine.measure.thumbnails import SIDE
from artengine.measure.views import SHIFT, VIEWS, ZOOMS, halved, normed, viewed

PACES = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
TRIED = 12
"""The number of starting places of a search; half as many for the second moment of a fade."""

MOST = 1024
"""The largest number of clip frames among which starting places are chosen, evenly spread."""

_MIDDLE = SIDE // 2 - SHIFT  # side of the part of a halved picture that is compared
_SHIFTS = SHIFT + 1  # places of that part across, 2 pixels apart
_DIMENSIONS = 32
_PART = 64  # frames in a batch
_ROUNDS = 8
_NEAR = 4  # frames of a group, of which one starting place is tried
_REMEMBERED = 4096  # cached frames: 48 MiB


class Place(NamedTuple):
    """The place of a moment in a clip, and its transformation.

    Args:
        frame: its middle frame.
        view: index in `VIEWS`, of mirroring and zoom.
        across, down: shift in pixels.
        pace: clip frames per frame; negative is backward.
    """

    frame: int
    view: int
    across: int
    down: int
    pace: float

    @property
    def mirrored(self) -> bool:
        """Whether left and right are swapped."""
        return VIEWS[self.view][0]


@dataclass(frozen=True)
class Moments:
    """A clip's moments, prepared for the search.

    Args:
        patches: the patches of the clip.
        frames: the middle frames at which a search may start.
        basis: 32 principal components of the luma of the picture's middle, `(144, 32)`.
        middles: for each frame, view and shift, the middle in that basis, `(F * V * 25, 32)`: the
            inner product of two is about their correlation.
    """

    patches: Patches
    frames: npt.NDArray[np.int64]
    basis: Floats
    middles: Floats
    _frames: dict[int, Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, patches: Patches) -> Moments:
        """Prepare a clip."""
        length = len(patches.clip)
        frames = np.unique(np.linspace(0, length - 1, min(MOST, length)).astype(int))
        some = _middles(patches, frames[:: max(1, len(frames) // _PART)])
        basis = np.linalg.eigh(some.T @ some)[1][:, : -_DIMENSIONS - 1 : -1]
        parts = [
            _middles(patches, frames[at : at + _PART]) @ basis
            for at in range(0, len(frames), _PART)
        ]
        return cls(patches, frames, basis, np.concatenate(parts))

    def explain(self, film: Floats) -> tuple[list[Place], Floats]:
        """Explain moments of a film, normalised to the clip's look: `(n, 3, 32, 32, 3)`.

        Returns:
            The best single moment of the clip for each; and the pictures of the best explanation,
            that moment, a fade or single frames, float32 `(n, 3, 32, 32, 3)`.
        """
        asked = self._middle(film.reshape(-1, *film.shape[2:])).reshape(len(film), len(film[0]), -1)
        found, pictures = [], []
        for moment, middles in zip(film, asked, strict=True):
            likeness = self.middles @ middles[1]
            alone = _Climber(self, moment, fitted)
            place = alone.climb(self._starting_places(likeness, TRIED))
            first = alone.seen([place])[0]

            found.append(place)
            choice = [alone.fitted(place)]
            if not self._explains(choice[0], moment):
                # Search for a second moment that resembles the residual of the first.
                (own,) = self._middle(first[1:2])
                shared = self.middles @ own
                rest = likeness - shared * float(middles[1] @ own)
                rest /= np.sqrt(np.maximum(1 - shared * shared, 0.02))
                fade = _Climber(self, moment, Fade(first))
                choice.append(fade.fitted(fade.climb(self._starting_places(rest, TRIED // 2))))
                scattered = self._shuffled(middles, place)[None]
                choice.append(fitted(moment, scattered, 1)[0])
            costs = [float(np.square(made - moment).sum()) for made in choice]
            pictures.append(choice[int(np.argmin(costs))])
        return found, np.stack(pictures)

    def _explains(self, made: Floats, moment: Floats) -> bool:
        """Return whether every patch of two moments matches, compared pixel by pixel."""
        squares = np.square(made - moment).sum(axis=(0, 3))
        blocks = squares.reshape(SIDE // STRIDE, STRIDE, SIDE // STRIDE, STRIDE).sum(axis=(1, 3))
        sums = np.lib.stride_tricks.sliding_window_view(blocks, (2, 2)).sum(axis=(2, 3))
        return bool((sums <= self.patches.tau**2).all())

    def _middle(self, pictures: Floats) -> Floats:
        """Return the middle of pictures `(n, 32, 32, 3)` in the basis: `(n, 32)`."""
        margin = SHIFT // 2
        inner = halved(pictures)[:, margin:-margin, margin:-margin]
        return normed(inner.reshape(len(pictures), -1)) @ self.basis

    def picture(self, place: Place) -> Floats:
        """Return a moment of the clip in one of its views, with a margin: `(3, 40, 40, 3)`."""
        times = np.clip(
            place.frame + place.pace * np.array([-1, 0, 1]), 0, len(self.patches.clip) - 1
        )
        before = np.floor(times).astype(int)
        after = np.minimum(before + 1, len(self.patches.clip) - 1)
        share = (times - before).astype(np.float32)[:, None, None, None]
        one, other = (np.stack([self._frame(int(at)) for at in side]) for side in (before, after))
        return viewed(one * (1 - share) + other * share, place.view)

    def _shuffled(self, middles: Floats, place: Place) -> Floats:
        """Return the clip frame most similar to each frame of a moment, as for a shuffled clip."""
        across, down = (round((SHIFT - shift) / 2) for shift in (place.across, place.down))
        table = self.middles.reshape(len(self.frames), len(VIEWS), _SHIFTS * _SHIFTS, -1)
        column = table[:, place.view, down * _SHIFTS + across]
        frames = self.frames[(column @ middles.T).argmax(axis=0)]
        pictures = viewed(np.stack([self._frame(int(at)) for at in frames]), place.view)
        top, left = SHIFT - place.down, SHIFT - place.across
        return np.asarray(pictures[:, top : top + SIDE, left : left + SIDE], np.float32)

    def _frame(self, number: int) -> Floats:
        """Return a normalised frame of the clip, cached because it is used many times."""
        if number not in self._frames:
            if len(self._frames) == _REMEMBERED:
                self._frames.clear()
            self._frames[number] = self.patches.look.normal(self.patches.clip[number])
        return self._frames[number]

    def _starting_places(self, likeness: Floats, most: int) -> list[Place]:
        """Return the most promising places, no two of one view close together."""
        table = likeness.reshape(len(self.frames), len(VIEWS), -1)
        at, best = table.argmax(axis=2), table.max(axis=2)
        groups = -(-len(best) // _NEAR)
        padded = np.full((groups * _NEAR, len(VIEWS)), -np.inf, np.float32)
        padded[: len(best)] = best
        grouped = padded.reshape(groups, _NEAR, len(VIEWS))
        highest = grouped.max(axis=1)
        places = []
        for number in np.argsort(-highest, axis=None, kind="stable")[:most]:
            group, view = np.unravel_index(number, highest.shape)
            row = int(group) * _NEAR + int(grouped[group, :, view].argmax())
            down, across = divmod(int(at[row, view]), _SHIFTS)
            shift = SHIFT - 2 * across, SHIFT - 2 * down
            places.append(Place(int(self.frames[row]), int(view), *shift, 1.0))
        return places


class _Climber:
    """A local search: moves from place to place while the difference to a moment falls."""

    def __init__(self, moments: Moments, moment: Floats, fit: Fit) -> None:
        self._moments, self._fit, self._moment = moments, fit, moment
        self._pictures: dict[Place, Floats] = {}
        self._known: dict[Place, float] = {}
        spacing = len(moments.patches.clip) // max(1, len(moments.frames))
        self._strides = {1, max(1, spacing // 2)}

    def climb(self, start: list[Place]) -> Place:
        """Return the best place that the search reaches."""
        self._try(start)
        for _ in range(_ROUNDS):
            best = self._least()
            self._try(self._neighbours(best))
            if self._least() == best:
                self._try([best._replace(pace=pace) for pace in PACES])
                if self._least() == best:
                    break
        return self._least()

    def _least(self) -> Place:
        return min(self._known, key=self._known.__getitem__)

    def fitted(self, place: Place) -> Floats:
        """Return the moment at a place, fitted to the searched one: `(3, 32, 32, 3)`."""
        (only,) = self._fit(self._moment, self.seen([place]), 1)
        return np.asarray(only, np.float32)

    def seen(self, places: list[Place], step: int = 1) -> Floats:
        """Return moments of the clip, with every `step`-th pixel: `(K, 3, 32, 32, 3)` for 1."""
        found = []
        for place in places:
            unshifted = place._replace(across=0, down=0)
            if unshifted not in self._pictures:
                self._pictures[unshifted] = self._moments.picture(place)
            top, left = SHIFT - place.down, SHIFT - place.across
            rows, columns = slice(top, top + SIDE, step), slice(left, left + SIDE, step)
            found.append(self._pictures[unshifted][:, rows, columns])
        return np.asarray(np.stack(found), np.float32)

    def _try(self, places: list[Place]) -> None:
        new = [place for place in dict.fromkeys(places) if place not in self._known]
        if new:
            apart = self._fit(self._moment, self.seen(new, 2), 2) - self._moment[:, ::2, ::2]
            costs = np.einsum("kfhwc,kfhwc->k", apart, apart)
            self._known.update(zip(new, costs.tolist(), strict=True))

    def _neighbours(self, place: Place) -> list[Place]:
        length, zooms = len(self._moments.patches.clip), len(ZOOMS)
        found = [
            place._replace(across=place.across + across, down=place.down + down)
            for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1))
        ]
        found = [each for each in found if max(abs(each.across), abs(each.down)) <= SHIFT]
        for stride in self._strides:
            for frame in (place.frame - stride, place.frame + stride):
                if 0 <= frame < length:
                    found.append(place._replace(frame=frame))
        for view in (place.view - 1, place.view + 1):
            if 0 <= view < len(VIEWS) and view // zooms == place.view // zooms:
                found.append(place._replace(view=view))
        return found


def _middles(patches: Patches, frames: npt.NDArray[np.int64]) -> Floats:
    """Return the middle of the views of a clip's frames at each shift: `(F * V * 25, 144)`."""
    seen = patches.look.normal(patches.clip[frames])
    views = np.stack([viewed(seen, view) for view in range(len(VIEWS))], axis=1)
    inner = views[:, :, SHIFT:-SHIFT, SHIFT:-SHIFT]
    small = halved(inner.reshape(-1, SIDE, SIDE, 3))
    windows = np.lib.stride_tricks.sliding_window_view(small, (_MIDDLE, _MIDDLE), (1, 2))
    return normed(windows.reshape(-1, _MIDDLE * _MIDDLE))
