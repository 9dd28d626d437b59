"""Reading a film to measure it: one pass, which keeps a few numbers and samples of its frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from artengine.errors import SourceError, UsageError
from artengine.frame import Frame, Picture, Size, size_of, to_picture
from artengine.measure.kinship import Samples, resized
from artengine.measure.life import Curves, Meter
from artengine.measure.raster import RasterSamples
from artengine.measure.runaway import Regions
from artengine.measure.thumbnails import Thumbnails


@dataclass(frozen=True, slots=True)
class Reading:
    """A film that was read.

    Args:
        size: width and height at which it was measured, in pixels.
        curves: the measurements of each frame.
        samples: some of its pictures, small.
        raster_samples: the luma of some of its pictures, at full size.
        regions: brightness and contrast of the regions of each frame.
        thumbnails: every frame, very small.
    """

    size: Size
    curves: Curves
    samples: Samples
    raster_samples: RasterSamples
    regions: Regions
    thumbnails: Thumbnails


def read(
    frames: Iterable[Picture | Frame],
    size: Size | None = None,
    progress: Callable[[int], None] | None = None,
) -> Reading:
    """Measure a film's frames, or a clip's.

    Args:
        frames: uint8 pictures or float frames of 0..1, `(H, W, 3)`; floats are rounded to 8 bits
            first, like those of a film.
        size: width and height to measure at; that of the first frame if None. A clip is read at its
            film's size: averaged over areas if it shrinks, bicubic if it grows, stretched if its
            shape differs.
        progress: called after each frame with the number of frames so far.

    Raises:
        SourceError: when there are no frames, or when they are under 8x8 pixels.
        UsageError: when they are of another shape or type.
    """
    meter, samples = Meter(), Samples()
    others = RasterSamples(), Regions(), Thumbnails()
    for frame in frames:
        size = size or size_of(frame)
        picture = resized(_as_picture(frame), size)
        meter.feed(picture)
        for each in (samples, *others):
            each.feed(picture)
        if progress is not None:
            progress(samples.length)
    if size is None or samples.length == 0:
        raise SourceError("there are no frames to measure; give a film that has some")
    return Reading(size, meter.curves(), samples, *others)


def _as_picture(frame: Picture | Frame) -> Picture:
    if frame.ndim != 3 or frame.shape[2] != 3:
        raise UsageError(f"a frame has the shape {frame.shape}; give them as (H, W, 3), RGB")
    if frame.dtype == np.uint8:
        return np.asarray(frame, np.uint8)
    if not np.issubdtype(frame.dtype, np.floating):
        raise UsageError(f"a frame is of {frame.dtype}; give them as uint8, or floats of 0..1")
    return to_picture(np.asarray(frame, np.float32))
