"""Comparison of pictures with golden files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image

from artengine.frame import Frame, Picture, to_picture
from artengine.testing.expect import expect

WRITE = "ARTENGINE_GOLDEN"
"""The environment variable that, set to `write`, makes tests write golden files."""

REPORT = "ARTENGINE_GOLDEN_REPORT"
"""The environment variable with the folder for pictures of differences."""


def writes_anew() -> bool:
    """Return whether golden files are written instead of compared."""
    return os.environ.get(WRITE) == "write"


def compare_picture(
    path: Path, picture: Picture | Frame, *, tolerance: float = 0.3, report: Path | None = None
) -> None:
    """Compare a picture with the one in a file.

    With `ARTENGINE_GOLDEN=write` in the environment, the file is written instead. If the pictures
    differ, a report is written: the expected picture, the actual one and eight times their
    difference, side by side.

    Args:
        path: the file, a PNG.
        picture: the actual picture, uint8 `(H, W, 3)`; float32 frames of 0..1 are rounded.
        tolerance: the greatest mean absolute difference in 8-bit steps: processors and versions of
            libraries round differently.
        report: the folder for the report, unless `ARTENGINE_GOLDEN_REPORT` names one; without
            either, no report is written.

    Raises:
        ConformanceError: when the file is missing, or the pictures differ by more.
    """
    shown = to_picture(np.asarray(picture, np.float32)) if picture.dtype.kind == "f" else picture
    if writes_anew():
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(shown).save(path, optimize=True)
        return
    expect(path.is_file(), f"{path} is missing; write it with {WRITE}=write and look at it")
    expected = np.asarray(Image.open(path).convert("RGB"))
    name, was, came = path.stem, expected.shape, shown.shape
    expect(came == was, f"{name}: the picture is of shape {came}, expected is {was}")
    apart = np.abs(shown.astype(np.int16) - expected)
    if apart.mean() <= tolerance:
        return
    message = (
        f"{name}: differs by {apart.mean():.2f} of 255 on average, at most {tolerance} is allowed"
    )
    folder = Path(os.environ[REPORT]) if REPORT in os.environ else report
    if folder is not None:
        file = folder / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        difference = np.clip(8 * apart, 0, 255).astype(np.uint8)
        Image.fromarray(np.hstack([expected, shown, difference])).save(file)
        message += f"; expected, got and 8x difference: {file}"
    expect(False, f"{message}; if it is meant, write it anew with {WRITE}=write")  # noqa: FBT003
