"""A pack's poster and preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from artengine.dream.session import Dream
from artengine.ffmpeg import Encoder
from artengine.frame import Picture, Size
from artengine.measure import VideoFile
from artengine.preset import Preset

POSTER = "poster.jpg"
PREVIEW = "preview.mp4"

FRAMES = 72
"""Maximum number of frames of a preview."""

SIDE = 320
"""Maximum side of a preview, in pixels."""


def write_thumbnail(
    folder: Path, film: Path | None, preset: Preset, progress: Callable[[int, int], None]
) -> None:
    """Write poster and preview to a pack's folder.

    Args:
        folder: the pack's folder.
        film: a film to make them from; without one, the beginning of the preset is dreamt.
        preset: the preset, which reads only files of the folder.
        progress: called with the number of finished frames, and the total.

    Raises:
        SourceError: when the film cannot be read.
        ArtengineError: of the preset's weights and effects.
    """
    if film is not None:
        video = VideoFile.open(film)
        with closing(iter(video)) as pictures:
            _write(folder, pictures, float(video.info.fps), min(FRAMES, video.length), progress)
        return
    count = min(FRAMES, preset.dream.frames)
    with Dream(preset.with_values({"dream.frames": count})) as dream:
        _write(folder, iter(dream), dream.fps, count, progress)


def _write(
    folder: Path,
    pictures: Iterator[Picture],
    fps: float,
    count: int,
    progress: Callable[[int, int], None],
) -> None:
    encoder: Encoder | None = None
    kept: Picture | None = None
    for number, picture in enumerate(islice(pictures, count), start=1):
        height, width = picture.shape[:2]
        size = _small((width, height))
        small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        if encoder is None:
            options = ["-c:v", "libx264", "-crf", "26", "-pix_fmt", "yuv420p", "-f", "mp4"]
            encoder = Encoder(folder / PREVIEW, size, fps, options)
        encoder.write(small)
        # Take the poster at three quarters of the preview, because dreams develop over time.
        if kept is None or number <= count * 3 // 4:
            kept = picture
        progress(number, count)
    if encoder is None or kept is None:
        return
    encoder.close()
    image = Image.fromarray(kept)
    image.thumbnail((640, 640))
    image.save(folder / POSTER, quality=85)


def _small(size: Size) -> Size:
    """The size, scaled down to at most `SIDE` pixels, in even numbers, as the codec requires."""
    share = min(1.0, SIDE / max(size))
    return max(2, round(size[0] * share / 2) * 2), max(2, round(size[1] * share / 2) * 2)
