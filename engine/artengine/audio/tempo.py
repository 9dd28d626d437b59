"""The tempo of a sound, told by librosa where it is installed."""

from __future__ import annotations

from artengine.audio.analysis import HOP, Analysis
from artengine.audio.decode import RATE

MISSING = (
    "no tempo: it needs librosa; install artengine[audio], or count the beats and write them as "
    "[time] bpm = 120"
)
"""What is said where there is no tempo."""


def tempo_of(analysis: Analysis) -> float | None:
    """Beats a minute; None where librosa is not installed, or where no beat is found.

    Args:
        analysis: of a sound.
    """
    try:
        from librosa.feature import tempo
    except ImportError:
        return None
    rises = analysis.rows["flux"]
    if not rises.any():
        return None
    return float(tempo(onset_envelope=rises, sr=RATE, hop_length=HOP)[0])
