"""Held-out windows, on which a network is evaluated but never trained."""

from __future__ import annotations

from dataclasses import dataclass

from artengine.frame import Frame, Picture, to_frame
from artengine.train.footage import PreparedFootage
from artengine.train.frames import Frames
from artengine.train.spans import Spans

HELD_OUT_WINDOWS = 16
"""Number of held-out windows that are evaluated, evenly spread over the held-out part."""


@dataclass(frozen=True, slots=True)
class Window:
    """Context, oldest first, and the next frame. They are stored as pictures, because they are held
    for the whole training and float32 frames would take four times the memory."""

    context: tuple[Picture, ...]
    truth: Picture

    def frames(self) -> tuple[tuple[Frame, ...], Frame]:
        """Return context and truth as float32 frames."""
        return tuple(to_frame(picture) for picture in self.context), to_frame(self.truth)


def held_out_windows(
    footage: PreparedFootage,
    *,
    context: int,
    stride: int,
    validation: float,
    limit: int = HELD_OUT_WINDOWS,
) -> list[Window]:
    """Read the windows that a training is evaluated on: whole frames of the footage's tail, in
    order.

    The tail is the share `validation` of the footage, or longer if no window fits into that. None
    of its frames is in a training window.

    Args:
        footage: the prepared footage.
        context: number of context frames.
        stride: distance between the frames of a window.
        validation: share of the footage that is held out, at its end.
        limit: maximum number of windows, evenly spread over the tail.

    Raises:
        TrainingError: when there is too little footage, or it cannot be read.
    """
    manifest = footage.manifest
    span = stride * context + 1
    start = footage.held_out_from(span, validation)
    spans = Spans.between(start, manifest.frames, manifest.cuts, span).spread(limit)
    # Windows share their common pictures through the cache of `Frames`.
    frames = Frames(footage.folder, manifest)
    return [
        Window(
            tuple(frames[number] for number in range(first, first + span - 1, stride)),
            frames[first + span - 1],
        )
        for first in spans.places()
    ]
