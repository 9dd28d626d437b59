"""Previews: a whole film in few small frames."""

from __future__ import annotations

from typing import Any

from artengine.dream.refine import smaller
from artengine.frame import Size
from artengine.preset import Preset

FRAMES = 48
"""The most frames of a preview."""

SIDE = 256
"""The longest side of a preview, in pixels."""


def preview(preset: Preset, *, fps: float, size: Size) -> Preset:
    """The preset of a film in fewer and smaller frames, whose last one comes at the same time.

    Its curves and masks keep their proportion, whether their times are seconds, frames or per cent.
    A network that takes fewer steps goes less far: what grows from frame to frame is seen in its
    beginnings.

    Args:
        preset: the film's.
        fps: the film's frames per second.
        size: the film's width and height before the output chain.

    Returns:
        A preset of at most `FRAMES` frames of at most `SIDE` pixels a side.
    """
    frames = min(preset.dream.frames, FRAMES)
    share = (frames - 1) / max(1, preset.dream.frames - 1) if frames > 1 else 1.0
    values: dict[str, Any] = {
        "dream.frames": frames,
        "dream.fps": max(0.01, fps * share),
        **_small_values(preset, size),
    }
    for address, curve in preset.curves_by_address().items():
        moved = curve.stretched(share)
        if share < 1.0 and moved != curve:
            values[address] = moved.model_dump(mode="json")
    for address, binding in preset.bindings_by_address().items():
        for name, mask in binding.masks.items():
            if (text := mask.stretched(share)) != mask.text:
                values[f"{address}.{name}"] = text
    return preset.with_values(values)


def small(preset: Preset, size: Size) -> Preset:
    """The preset of a film in as many frames of at most `SIDE` pixels a side.

    Args:
        preset: the film's.
        size: the film's width and height before the output chain.
    """
    return preset.with_values(_small_values(preset, size))


def _small_values(preset: Preset, size: Size) -> dict[str, Any]:
    return {
        "dream.size": list(_small(smaller(size, preset.dream.refine))),
        "dream.refine": 1.0,
    }


def _small(size: Size) -> Size:
    """The size, shrunk until its longest side is `SIDE` pixels at most."""
    share = min(1.0, SIDE / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
