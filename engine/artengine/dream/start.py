"""The position in its source at which a dream begins."""

from __future__ import annotations

from artengine.effect import generator
from artengine.frame import Size
from artengine.preset import Preset
from artengine.source import Footage

ENDLESS_SECONDS = 60.0
"""Latest random start in an endless source, in seconds."""


def warmup_of(preset: Preset) -> int:
    """Return the number of source frames that the network steps through before the film begins."""
    given = preset.dream.warmup
    return preset.model.warmup if given is None else given


def opening_of(preset: Preset) -> int:
    """Return the number of source frames before the film's first frame."""
    return preset.model.context + warmup_of(preset)


def first_frame(preset: Preset, footage: Footage) -> int:
    """Return the number of the source picture at the film's first frame, after the context and
    warm-up pictures.

    Args:
        footage: the opened source, at the film's frame rate.
    """
    first = round(float(preset.dream.start) * footage.fps)
    return first + opening_of(preset)


def late_start(start: float, footage: Footage) -> str:
    """Return a warning for a dream that begins in a repeat of its source. Return an empty string if
    it does not, if the source's length is unknown, and for a single picture.

    Args:
        start: position at which the dream begins, in seconds.
        footage: the opened source, at the film's frame rate.
    """
    length = footage.length
    if not footage.endless or length is None or length < 2:
        return ""
    if round(start * footage.fps) < length:
        return ""
    return (
        f"dream.start: {start:g} s is past the end of the source, which is "
        f"{round(length / footage.fps, 2):g} s long and repeats"
    )


def with_start(preset: Preset) -> Preset:
    """Return the preset with a number of seconds in place of `dream.start = "random"`.

    The number is drawn from the seed. In a finite clip that is long enough, it leaves room for the
    film.

    Raises:
        SourceError: when the source cannot be opened.
    """
    if preset.dream.start != "random":
        return preset
    # The length does not depend on the size, and small pictures are faster to count.
    footage = preset.source.open(_SMALL, preset.dream.fps)
    frame = random_frame(footage, preset.seed, opening_of(preset), preset.dream.frames)
    return preset.with_values({"dream.start": round(frame / footage.fps, 6)})


def random_frame(footage: Footage, seed: int, opening: int, frames: int) -> int:
    """Draw a frame of the source to begin at from a seed.

    Args:
        opening: number of frames before the film's first.
        frames: the film's length.
    """
    length = footage.length
    if footage.endless:
        last = round(ENDLESS_SECONDS * footage.fps) if length is None else length - 1
    else:
        whole = sum(1 for _ in footage.frames()) if length is None else length
        last = whole - opening - frames
    # A share of the clip, so that a film at another frame rate begins at the same time.
    return int(generator(seed, "dream.start", 0).random() * (max(0, last) + 1))


_SMALL: Size = (16, 16)
