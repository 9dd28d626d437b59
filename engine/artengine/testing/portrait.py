"""A picture and a short film that show a plugin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from artengine.ffmpeg import Encoder
from artengine.frame import Frame, Picture, Size, size_of, to_picture
from artengine.testing.check import Trial
from artengine.testing.curves import values as curve_values
from artengine.testing.drawn import FPS, frames, moment
from artengine.testing.sources import source_of

SIZE: Size = (320, 208)
"""Width and height of a frame."""

LENGTH = 48
"""The number of frames of the film."""


def film_of(trial: Trial) -> Sequence[Picture]:
    """Return the pictures of a film of the plugin: of an effect on a drawn clip, or of a source.

    Empty for plugins of other kinds, which make no film by themselves.
    """
    if trial.kind.kind == "source":
        return list(islice(source_of(trial).open(SIZE, FPS).frames(), LENGTH))
    if trial.kind.kind != "effect":
        return []
    effect, shown = trial.made(), _clip()
    return [
        to_picture(effect.apply(frame, moment(at, shown[(at + 1) % LENGTH])))
        for at, frame in enumerate(shown)
    ]


def picture_of(trial: Trial, film: Sequence[Picture]) -> Picture | None:
    """Return a picture of the plugin: before and after an effect, moments of a source, the plot of
    a curve, a prediction of an untrained network, or a writer's file; None if that is no picture.

    Args:
        trial: the plugin.
        film: its pictures, from `film_of`.
    """
    kind = trial.kind.kind
    if kind == "effect":
        after = film[LENGTH // 2]
        before = Image.fromarray(to_picture(_clip()[LENGTH // 2])).resize(size_of(after))
        return np.hstack([np.asarray(before), after])
    if kind == "source":
        # A source may end before the film does.
        return np.hstack([film[0], film[len(film) // 2]])
    if kind == "curve":
        return _plot(curve_values(trial.made())) if trial.values else None
    return _prediction(trial) if kind == "model" else _picture_written(trial)


def write_film(path: Path, pictures: Sequence[Picture]) -> Path:
    """Write pictures to a video file, an MP4 of 24 frames a second."""
    width, height = size_of(pictures[0])
    even = width - width % 2, height - height % 2
    encoder = Encoder(path, even, FPS, ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p"])
    for picture in pictures:
        encoder.write(np.ascontiguousarray(picture[: even[1], : even[0]]))
    encoder.close()
    return path


def _clip() -> Sequence[Frame]:
    return frames(SIZE, LENGTH)


def _plot(course: Sequence[float]) -> Picture:
    width, height = SIZE
    image = Image.new("RGB", SIZE, "#14141c")
    low, high = min(course), max(course)
    span = (high - low) or 1.0
    points = [
        (at * width / (len(course) - 1), height * (0.9 - 0.8 * (value - low) / span))
        for at, value in enumerate(course)
        if math.isfinite(value)
    ]
    ImageDraw.Draw(image).line(points, fill="#f2c14e", width=2, joint="curve")
    return np.asarray(image)


def _prediction(trial: Trial) -> Picture:
    from artengine.testing.models import predictor

    context = list(frames((96, 64))[: trial.made().context])
    network: Any = predictor(trial)
    network.reset()
    return np.hstack([to_picture(context[-1]), to_picture(network(context))])


def _picture_written(trial: Trial) -> Picture | None:
    from artengine.testing.writers import write

    made = write(trial, [to_picture(frame) for frame in _clip()], recipe="")
    try:
        with Image.open(made) as image:
            return np.asarray(image.convert("RGB"))
    except OSError:
        return None
