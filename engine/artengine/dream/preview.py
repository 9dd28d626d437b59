"""Previews: a whole film in few, small frames."""

from __future__ import annotations

from typing import Any

from artengine.dream.refine import smaller
from artengine.frame import Size
from artengine.preset import Preset

FRAMES = 48
"""Maximum number of frames of a preview."""

SIDE = 256
"""Maximum side of a preview, in pixels."""


def preview(preset: Preset, *, fps: float, size: Size) -> Preset:
    """Return a film's preset with fewer and smaller frames, whose last one has the same time.

    Curves and masks are scaled to the new length, whether their times are in seconds, frames or per
    cent. A network that takes fewer steps goes less far: structures that grow from frame to frame
    appear only in their early stages.

    Args:
        preset: the film's preset.
        fps: the film's frames per second.
        size: the film's width and height before the output chain.

    Returns:
        A preset of at most `FRAMES` frames of at most `SIDE` pixels per side.
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
    """Return a film's preset with as many frames of at most `SIDE` pixels per side.

    Args:
        preset: the film's preset.
        size: the film's width and height before the output chain.
    """
    return preset.with_values(_small_values(preset, size))


def _small_values(preset: Preset, size: Size) -> dict[str, Any]:
    return {
        "dream.size": list(_small(smaller(size, preset.dream.refine))),
        "dream.refine": 1.0,
    }


def _small(size: Size) -> Size:
    """The size, scaled down so that its longest side is at most `SIDE` pixels."""
    share = min(1.0, SIDE / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
