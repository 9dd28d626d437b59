"""The monitor picture, which shows a prediction and a dream of the network after an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from artengine.frame import Frame, Picture, to_picture

STRIP = (1, 2, 4, 8, 16, 32)
"""Numbers, from 1, of the frames of the free-running dream that are shown."""

_TILE, _LABEL = 192, 16


def monitor_picture(
    context: Sequence[Frame], prediction: Frame, truth: Frame, dream: Sequence[Frame]
) -> Image.Image:
    """Compose the picture of an epoch.

    Args:
        context: the context, oldest first.
        prediction, truth: the predicted and the true next frame.
        dream: the first `max(STRIP)` frames of a dream from the same context.

    Returns:
        Three rows: the context; prediction, truth and four times their difference; the dream.
    """
    difference = np.abs(prediction - truth) * np.float32(4.0)
    rows = [
        [(f"context {n - len(context)}", frame) for n, frame in enumerate(context)],
        [("prediction", prediction), ("truth", truth), ("difference x4", difference)],
        [(f"dream {n}", dream[n - 1]) for n in STRIP],
    ]
    height, width, _ = truth.shape
    scale = _TILE / max(height, width)
    tile = (max(1, round(width * scale)), max(1, round(height * scale)))
    columns = max(len(row) for row in rows)
    sheet = Image.new("RGB", (columns * tile[0], len(rows) * (tile[1] + _LABEL)), (16, 16, 16))
    draw = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, (label, frame) in enumerate(row):
            corner = (x * tile[0], y * (tile[1] + _LABEL))
            draw.text((corner[0] + 3, corner[1] + 2), label, fill=(200, 200, 200))
            sheet.paste(
                Image.fromarray(_fit(to_picture(frame), tile)), (corner[0], corner[1] + _LABEL)
            )
    return sheet


def _fit(picture: Picture, tile: tuple[int, int]) -> Picture:
    shrinks = tile[0] < picture.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, tile, interpolation=interpolation), dtype=np.uint8)


def save_monitor(path: Path, picture: Image.Image) -> None:
    """Write the picture as JPEG."""
    picture.save(path, quality=88)
