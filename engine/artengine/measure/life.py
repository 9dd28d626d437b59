"""Life: whether a film keeps moving, with contrast and detail, as its clip does.

The clip's own medians are the reference, so the dream of a calm clip may be calm and that of a wild
one wild. A frame is *alive* when

- its motion, contrast and detail each lie between 1/4 and 4 times the clip's median,
- it differs from each of the frames 2 to 32 before it by at least 1/4 of the clip's median motion
  (a short loop returns),
- it differs from the frame 8 before it by at least 1.25 times its own motion (flicker and noise go
  nowhere).

A frame without any motion, contrast or detail is never alive, so a still is dead even when measured
against itself.

*Vitality* is the share of alive frames from frame 48 on, *death* the first of 48 dead frames in a
row.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from artengine.counts import counted
from artengine.errors import SourceError
from artengine.frame import Picture, Size
from artengine.measure.look import BLOCK, look_of

Curve: TypeAlias = npt.NDArray[np.float64]
"""float64 `(N,)`: a number for each frame, NaN where it would need frames before the first."""

FIRST = 48
"""The frame from which a film is measured; earlier ones still depend on the clip's frames."""

DEAD = 48
"""The number of dead frames in a row that make a death."""

BAND = (0.25, 4.0)
"""Multiples of the clip's median between which motion, contrast and detail are alive."""

LEAST_RETURN = 0.25
"""Least return, as a share of the clip's median motion."""

LEAST_DRIFT = 1.25
"""Least drift, as a share of the frame's own motion."""

LOOPS = (2, 32)
"""Shortest and longest loop that is detected, in frames."""

DRIFT = 8
"""The distance in frames over which drift is measured."""

BANDED = ("motion", "contrast", "detail")
"""The curves that must stay within a band around the clip's median."""


@dataclass(frozen=True, slots=True)
class Curves:
    """The measurements of each frame of a film; see `Meter`.

    Luma is 0..1 by Rec. 601 on the encoded values. For `motion`, `back` and `drift` it is averaged
    over blocks of 8x8 pixels first, so that pixel noise does not count; blocks that the frame's
    edge cuts are left out.

    Args:
        motion: mean absolute difference from the frame before.
        contrast: standard deviation of luma.
        detail: mean absolute Laplacian of luma (4 neighbours), without the pixels at the edges.
        back: smallest mean absolute difference from one of the frames 2 to 32 before: the
            *return*, low when a short loop returns.
        drift: mean absolute difference from the frame 8 before.
        colourfulness: by Hasler and Suesstrunk, "Measuring colourfulness in natural images"
            (2003), for values of 0..255: about 15 is slight, 45 average, 80 high.
        clipped: share of pixels with a channel at 0 or 255.
        entropy: entropy of the histogram of 8-bit luma, in bits: at most 8.
    """

    motion: Curve
    contrast: Curve
    detail: Curve
    back: Curve
    drift: Curve
    colourfulness: Curve
    clipped: Curve
    entropy: Curve

    def __len__(self) -> int:
        return len(self.motion)

    def medians(self, first: int = 0) -> dict[str, float]:
        """Return each curve's median from frame `first` on, by name; `back` is named `return`."""
        found = {}
        for field in fields(self):
            known = getattr(self, field.name)[first:]
            known = known[~np.isnan(known)]
            name = "return" if field.name == "back" else field.name
            found[name] = float(np.median(known)) if known.size else float("nan")
        return found


def check_size(size: Size) -> None:
    """Refuse frames that are smaller than a block.

    Raises:
        SourceError: with the smallest valid size.
    """
    if min(size) < BLOCK:
        raise SourceError(
            f"frames of {size[0]}x{size[1]} pixels are too small to measure; "
            f"{BLOCK}x{BLOCK} is the least"
        )


def check_length(frames: int) -> None:
    """Refuse films that end before frame 48, the first that is measured.

    Raises:
        SourceError: with the shortest valid length.
    """
    if frames <= FIRST:
        raise SourceError(
            f"the film has {counted(frames, 'frame')} and is measured from frame {FIRST} on; "
            f"make it longer than {FIRST}, better by hundreds"
        )


class Meter:
    """Measures pictures one after the other; keeps the block means of the last 32."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, ...]] = []
        self._ring = np.zeros((0, 0, 0), np.float32)

    def feed(self, picture: Picture) -> None:
        """Measure the next picture, uint8 `(H, W, 3)`, of the same size as those before.

        Raises:
            SourceError: when it is smaller than a block.
        """
        height, width = picture.shape[:2]
        check_size((width, height))
        look = look_of(picture)
        self._rows.append(
            (
                *self._changes(look.blocks),
                look.contrast,
                look.detail,
                look.colourfulness,
                _clipped(picture),
                _entropy(look.luma),
            )
        )

    def _changes(self, blocks: npt.NDArray[np.float32]) -> tuple[float, float, float]:
        """Return motion, return and drift, and replace the oldest picture in the ring buffer."""
        number, slots = len(self._rows), LOOPS[1]
        if not number:
            self._ring = np.zeros((slots, *blocks.shape), np.float32)
        known = self._ring[:number]
        differences = np.abs(known - blocks).mean(axis=(1, 2), dtype=np.float64)
        ago = (number - 1 - np.arange(len(known))) % slots + 1
        self._ring[number % slots] = blocks
        return (
            _least(differences[ago == 1]),
            _least(differences[ago >= LOOPS[0]]),
            _least(differences[ago == DRIFT]),
        )

    def curves(self) -> Curves:
        """Return the measurements of all pictures so far."""
        columns = np.array(self._rows, np.float64).reshape(len(self._rows), 8).T
        motion, back, drift, contrast, detail, colourfulness, clipped, entropy = columns
        return Curves(
            motion=motion,
            contrast=contrast,
            detail=detail,
            back=back,
            drift=drift,
            colourfulness=colourfulness,
            clipped=clipped,
            entropy=entropy,
        )


@dataclass(frozen=True, slots=True)
class Life:
    """The frames of a film that are alive compared with its clip; see the module.

    Args:
        film: the film's curves.
        medians: the clip's medians, as `Curves.medians` returns them.
        kept: for each of the five conditions by name, whether each frame meets it: bool `(N,)`.
    """

    film: Curves
    medians: dict[str, float]
    kept: dict[str, npt.NDArray[np.bool_]]

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        """Whether each frame is alive, bool `(N,)`; always false for the first 8 frames."""
        return np.asarray(np.all(list(self.kept.values()), axis=0), np.bool_)

    @property
    def vitality(self) -> float:
        """Share of alive frames from frame 48 on, 0..1."""
        return float(self.alive[FIRST:].mean())

    @property
    def death(self) -> int | None:
        """The first frame of the first 48 dead ones in a row, from frame 48 on; None when there
        are none."""
        run = 0
        for number, alive in enumerate(self.alive[FIRST:], start=FIRST):
            run = 0 if alive else run + 1
            if run == DEAD:
                return number - DEAD + 1
        return None


def life(film: Curves, medians: dict[str, float]) -> Life:
    """Measure a film against its clip's medians.

    Args:
        film: the film's curves.
        medians: `Curves.medians` of its clip, read at the film's size.

    Raises:
        SourceError: when the film has fewer than 49 frames.
    """
    check_length(len(film))
    kept = {name: _within(getattr(film, name), medians[name]) for name in BANDED}
    kept["return"] = film.back >= LEAST_RETURN * medians["motion"]
    kept["drift"] = film.drift >= LEAST_DRIFT * film.motion
    return Life(film, medians, kept)


def _within(curve: Curve, median: float) -> npt.NDArray[np.bool_]:
    return (curve > 0) & (curve >= BAND[0] * median) & (curve <= BAND[1] * median)


def _clipped(picture: Picture) -> float:
    inside = cv2.countNonZero(cv2.inRange(picture, (1, 1, 1), (254, 254, 254)))
    return 1 - inside / float(picture.shape[0] * picture.shape[1])


def _entropy(luma: npt.NDArray[np.float32]) -> float:
    levels = cv2.convertScaleAbs(luma, alpha=255)
    share = cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel() / levels.size
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


def _least(differences: npt.NDArray[np.float64]) -> float:
    return float(differences.min()) if differences.size else float("nan")
