"""Draw docs/effects.jpg: the result of every effect for one picture.

python docs/sheet.py
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from artengine.catalog import load_catalog
from artengine.curves import Clock
from artengine.effect import Effect, FrameContext
from artengine.frame import Frame, to_frame, to_picture

SHEET = Path(__file__).parent / "effects.jpg"

SIZE = (204, 136)
COLUMNS = 7
FRAMES = 21
CAPTION = 14

SHOWN: Mapping[str, Mapping[str, Any]] = {
    "clip": {"high": 0.5},
    "levels": {"contrast": 2.0},
    "rotate": {"degrees": 12.0},
    "zoom": {"factor": 1.5},
    "shift": {"x": 60.0},
    "swirl": {"degrees": 90.0},
    "shake": {"amount": 0.1, "roll": 8.0},
    "gate-weave": {"amount": 0.05},
    "hue": {"degrees": 90.0},
    "displace": {"amount": 6.0},
    "upscale": {"factor": 1.0},
    "chromatic-aberration": {"amount": 0.1},
    "bilateral": {"threshold": 0.5, "passes": 3},
    "interlace": {"frames": 12},
    "median": {"size": 0.05},
    "ascii": {"size": 0.06},
}
"""Parameters for effects whose defaults show little in one frame or without feedback."""


def main() -> None:
    """Draw the sheet."""
    frames = scene()
    tiles = [("the picture itself", frames[-1])]
    for name, kind in load_catalog().effects.items():
        tiles.append((name, shown(kind(**SHOWN.get(name, {})), frames)))
    sheet = Image.new("RGB", sheet_size(len(tiles) - 1), "#101014")
    width, height = SIZE
    pen = ImageDraw.Draw(sheet)
    for place, (name, frame) in enumerate(tiles):
        left, top = place % COLUMNS * width, place // COLUMNS * (height + CAPTION)
        sheet.paste(Image.fromarray(to_picture(frame)), (left, top + CAPTION))
        pen.text((left + 4, top + 1), name, fill="#e8e4da")
    sheet.save(SHEET, quality=75)


def sheet_size(effects: int) -> tuple[int, int]:
    """Return width and height of the sheet for a number of effects and the picture itself."""
    rows = -(-(effects + 1) // COLUMNS)
    return COLUMNS * SIZE[0], rows * (SIZE[1] + CAPTION)


def scene() -> Sequence[Frame]:
    """Return read-only frames of a street in rain."""
    source = load_catalog().get("source", "synthetic").model_validate({"scene": "city-rain"})
    pictures = islice(source.open(size=SIZE, fps=24.0).frames(40), FRAMES)
    frames = [to_frame(np.ascontiguousarray(picture)) for picture in pictures]
    for frame in frames:
        frame.flags.writeable = False
    return frames


def shown(effect: Effect, frames: Sequence[Frame]) -> Frame:
    """Return the last frame after an effect; the film's source is its mirror image."""
    for index, frame in enumerate(frames):
        truth = np.ascontiguousarray(frame[:, ::-1]) if effect.uses_truth else None
        now = FrameContext(Clock(index, 24.0), truth, seed=5, slot=f"output/{effect.name}/0")
        result = effect.apply(frame, now)
    return result


if __name__ == "__main__":
    main()
