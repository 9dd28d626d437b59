"""The plot of a sound's features."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from artengine.atomic import atomic_write
from artengine.audio.features import FEATURES, Track

_MOST = 2400
_INK, _WAVE, _FAINT = "#24384f", "#9db2c9", "#8a94a0"


def draw(track: Track, path: Path, title: str) -> None:
    """Draw the wave and every feature of a sound as a PNG, one below the other.

    Args:
        track: the sound.
        path: the file to write; an existing one is replaced.
        title: the name of the sound.

    Raises:
        OSError: when it cannot be written.
    """
    count = max(2, min(_MOST, round(track.seconds * 100)))
    edges = np.linspace(0.0, track.seconds, count + 1)
    spans = list(pairwise(edges))
    seconds = (edges[:-1] + edges[1:]) / 2
    figure = Figure(figsize=(11, 10), layout="constrained", facecolor="white")
    panels = figure.subplots(len(FEATURES) + 1, 1, sharex=True)
    wave = np.array([track.wave(first, last) for first, last in spans])
    panels[0].fill_between(seconds, -wave, wave, color=_WAVE, linewidth=0.5)
    panels[0].set_ylim(-1.05, 1.05)
    for axes, (name, about) in zip(panels[1:], FEATURES.items(), strict=True):
        axes.plot(seconds, [track.at(name, *span) for span in spans], color=_INK, linewidth=0.9)
        axes.set_ylim(-0.05, 1.05)
        axes.set_title(name, loc="left", fontsize=9, color=_INK, fontweight="bold")
        axes.set_title(about, loc="right", fontsize=8, color=_FAINT)
    for axes in panels:
        axes.set_yticks([])
        axes.tick_params(colors=_FAINT, labelsize=8, length=3)
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color("#c3c9d0")
    panels[0].set_xlim(0, track.seconds)
    panels[-1].set_xlabel("seconds", color=_INK, fontsize=9)
    figure.suptitle(title, color=_INK, parse_math=False)
    with atomic_write(path) as unfinished:
        figure.savefig(unfinished, dpi=110, format="png")
