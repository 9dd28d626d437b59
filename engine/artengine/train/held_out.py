"""Held-out windows: what a network is measured on and never learns from."""

from __future__ import annotations

from dataclasses import dataclass

from artengine.frame import Frame, Picture, to_frame
from artengine.train.footage import PreparedFootage
from artengine.train.frames import Frames
from artengine.train.spans import Spans

HELD_OUT_WINDOWS = 16
"""How many held-out windows are measured, evenly spread over the held-out part."""


@dataclass(frozen=True, slots=True)
class Window:
    """Context, oldest first, and what follows it, as pictures: they are held for the whole
    training, and frames would take four times the memory."""

    context: tuple[Picture, ...]
    truth: Picture

    def frames(self) -> tuple[tuple[Frame, ...], Frame]:
        """The same as frames."""
        return tuple(to_frame(picture) for picture in self.context), to_frame(self.truth)


def held_out_windows(
    footage: PreparedFootage,
    *,
    context: int,
    stride: int,
    validation: float,
    limit: int = HELD_OUT_WINDOWS,
) -> list[Window]:
    """Read the windows that a training is measured on: whole frames of the footage's tail, in
    order.

    The tail is the share `validation` of the footage, or longer where no window fits into that.
    None of its frames is in a window that is learnt from.

    Args:
        footage: where the frames come from.
        context: frames the network is shown.
        stride: distance between the frames of a window.
        validation: share of the footage that is held out, at its end.
        limit: at most so many windows, evenly spread over the tail.

    Raises:
        TrainingError: when there is too little footage, or it cannot be read.
    """
    manifest = footage.manifest
    span = stride * context + 1
    start = footage.held_out_from(span, validation)
    spans = Spans.between(start, manifest.frames, manifest.cuts, span).spread(limit)
    # Windows share the pictures that they have in common.
    frames = Frames(footage.folder, manifest)
    return [
        Window(
            tuple(frames[number] for number in range(first, first + span - 1, stride)),
            frames[first + span - 1],
        )
        for first in spans.places()
    ]
