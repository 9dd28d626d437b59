"""Draw docs/bending.jpg: a frame of a packaged preset with each operation.

python docs/bending.py
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from artengine.bend import BENDS
from artengine.catalog import load_catalog
from artengine.dream.session import Dream
from artengine.preset import load_preset

PAGE = Path(__file__).parent / "bending.jpg"

SIDE, LABEL, COLUMNS = 176, 20, 5

BEFORE, AFTER = 24, 12
"""Frames before the bend begins, and frames with it."""

PRESET, LAYER = "daybreak", "conv2d_10"

AMOUNTS = {
    "scale": 2.0,
    "noise": 2.0,
    "shift": 0.25,
    "rotate": 30.0,
    "threshold": 0.6,
    "invert": 0.5,
    "swap": 1.0,
    "blur": 0.2,
    "zoom": 1.6,
}


def pictures() -> Iterator[tuple[str, npt.NDArray[np.uint8]]]:
    """Yield the same frame of the preset without a bend and with each, after its label."""
    neutral = {each: 1.0 if each in ("scale", "zoom") else 0.0 for each in BENDS}
    bends = [{"layer": LAYER, "operation": o, "amount": a} for o, a in neutral.items()]
    for bend in bends:
        if bend["operation"] == "shift":
            bend["angle"] = 90.0  # down, because the picture varies little from side to side
    preset = load_preset(PRESET, load_catalog(user_folder=False))
    preset = preset.with_values({"dream.size": [256, 256], "bend": bends})
    with Dream(preset) as dream:
        list(islice(dream, BEFORE))
        snapshot = dream.snapshot()
    # Each `with` continues from the snapshot, with the same network.
    dream = Dream(preset, resume=snapshot)
    for operation, amount in [("", 0.0), *AMOUNTS.items()]:
        with dream:
            if operation:
                dream.set(f"bend.{operation}.amount", amount)
            *_, picture = islice(dream, AFTER)
        yield f"{operation} {amount:g}" if operation else f"{PRESET}, as it is", picture


def sheet(labelled: list[tuple[str, npt.NDArray[np.uint8]]]) -> Image.Image:
    """Arrange the pictures in rows, each above its label."""
    rows = -(-len(labelled) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * SIDE, rows * (SIDE + LABEL)))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for number, (label, picture) in enumerate(labelled):
        row, column = divmod(number, COLUMNS)
        left, top = column * SIDE, row * (SIDE + LABEL)
        page.paste(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX), (left, top))
        draw.text((left + 6, top + SIDE + 2), label, fill="white", font=font)
    return page


if __name__ == "__main__":
    sheet(list(pictures())).save(PAGE, quality=82)
