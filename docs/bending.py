"""Write docs/bending.jpg: what each operation makes of two packaged presets.

python docs/bending.py
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from artengine.catalog import load_catalog
from artengine.dream.session import Dream
from artengine.preset import load_preset

PAGE = Path(__file__).parent / "bending.jpg"

SIDE, FRAME = 176, 40

PRESETS = {"night-road": "conv2d_10", "daybreak": "conv2d_10"}
"""Presets, and the layer that is bent in each."""

AMOUNTS = {
    "scale": 3.0,
    "noise": 2.0,
    "shift": 0.25,
    "rotate": 30.0,
    "threshold": 0.6,
    "invert": 1.0,
    "swap": 1.0,
    "blur": 0.15,
    "zoom": 1.6,
}


def pictures(name: str, layer: str) -> list[npt.NDArray[np.uint8]]:
    """A frame of the preset as it is, and one for each operation."""
    catalog = load_catalog(user_folder=False)
    plain = load_preset(name, catalog).with_values({"dream.size": [256, 256]})
    bends = [[], *([{"layer": layer, "operation": o, "amount": a}] for o, a in AMOUNTS.items())]
    made = []
    for bend, said in zip(bends, ["as it is", *AMOUNTS], strict=True):
        with Dream(plain.with_values({"bend": bend})) as dream:
            (picture,) = islice(dream, FRAME, FRAME + 1)
        small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        title = f"{said} {AMOUNTS[said]:g}" if said in AMOUNTS else f"{name} {said}"
        for colour, thick in ((0, 0, 0), 3), ((255, 255, 255), 1):
            cv2.putText(
                small, title, (6, SIDE - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, thick,
                cv2.LINE_AA,
            )  # fmt: skip
        made.append(small.astype(np.uint8))
    return made


if __name__ == "__main__":
    rows = []
    for preset, bent in PRESETS.items():
        found = pictures(preset, bent)
        rows += [np.hstack(found[:5]), np.hstack(found[5:])]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(PAGE), sheet, [cv2.IMWRITE_JPEG_QUALITY, 82])
