"""Where in its source a dream begins."""

from __future__ import annotations

from artengine.effect import generator
from artengine.frame import Size
from artengine.preset import Preset
from artengine.source import Footage

ENDLESS_SECONDS = 60.0
"""Up to where a dream begins in a source without an end, in seconds."""


def warmup_of(preset: Preset) -> int:
    """How many source frames the network is stepped through before the film begins."""
    given = preset.dream.warmup
    return preset.model.warmup if given is None else given


def opening_of(preset: Preset) -> int:
    """How many source frames come before the film's first frame."""
    return preset.model.context + warmup_of(preset)


def first_frame(preset: Preset, footage: Footage) -> int:
    """The number of the source's picture at the film's first frame, after those that the network
    begins with.

    Args:
        footage: the opened source, at the film's frame rate.
    """
    first = round(float(preset.dream.start) * footage.fps)
    return first + opening_of(preset)


def late_start(start: float, footage: Footage) -> str:
    """What to say of a dream that begins in a repeat of its source; empty where it does not, where
    the source's length is not known yet, and for a single picture.

    Args:
        start: where the dream begins, in seconds.
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
    """The preset with a number of seconds in place of `dream.start = "random"`.

    The place is drawn from the seed: another seed begins elsewhere in the clip. In a clip that ends
    it leaves room for the film, where the clip is long enough.

    Raises:
        SourceError: when the source cannot be opened.
    """
    if preset.dream.start != "random":
        return preset
    # Its length is the same at any size, and small pictures are quicker to count.
    footage = preset.source.open(_SMALL, preset.dream.fps)
    frame = random_frame(footage, preset.seed, opening_of(preset), preset.dream.frames)
    return preset.with_values({"dream.start": round(frame / footage.fps, 6)})


def random_frame(footage: Footage, seed: int, opening: int, frames: int) -> int:
    """A frame of the source to begin at, drawn from a seed.

    Args:
        opening: how many frames come before the film's first.
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
