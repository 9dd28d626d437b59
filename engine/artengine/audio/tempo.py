"""The beats of a sound, found by librosa if it is installed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from artengine.audio.analysis import HOP, Analysis
from artengine.audio.decode import RATE
from artengine.audio.features import rises_of

INSTALL = 'python -m pip install "artengine[audio]"'
"""The command that installs librosa."""

MISSING = f"no tempo: it needs librosa; install it with: {INSTALL}"
"""The message if librosa is not installed."""

BEATS_VERSION = 1
"""Incremented when results for the same sound change, to invalidate cached ones."""

_COARSE = 5
"""Measurements pooled to estimate the tempo, 25 ms, so that an hour of them fits into memory."""

_MOST = 1.5


def beats_of(analysis: Analysis) -> list[float] | None:
    """Return the times of a sound's beats, in seconds from its start.

    The tempo may change slowly.

    Args:
        analysis: the analysis of the sound.

    Returns:
        The beats in order, which may be none; None if librosa is not installed.
    """
    try:
        from librosa.beat import beat_track
        from librosa.feature import tempo
    except ImportError:
        return None
    struck = _onset_strength(analysis)
    if not struck.any():
        return []
    padded = np.pad(struck, (0, -len(struck) % _COARSE))
    coarse = padded.reshape(-1, _COARSE).max(axis=1)
    bpm = float(tempo(onset_envelope=coarse, sr=RATE, hop_length=_COARSE * HOP)[0])
    _, times = beat_track(
        onset_envelope=struck, sr=RATE, hop_length=HOP, bpm=bpm, units="time", trim=False
    )
    return [float(time) for time in times]


def tempo_of(beats: Sequence[float]) -> float | None:
    """Return the mean tempo in beats a minute; None for fewer than two beats."""
    return 60.0 * (len(beats) - 1) / (beats[-1] - beats[0]) if len(beats) > 1 else None


def _onset_strength(analysis: Analysis) -> npt.NDArray[np.float32]:
    """Return the onset strength at each measurement; drums have more weight than the rest."""
    rows = analysis.rows
    kick, snare = _normalised(rises_of(rows["kick"])), _normalised(rises_of(rows["snare"]))
    return np.asarray(kick + 0.5 * snare + 0.5 * _normalised(rows["flux"]), np.float32)


def _normalised(rises: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Normalise rises so that strong ones are about 1."""
    above = rises[rises > 0]
    strong = max(1e-6, float(np.quantile(above, 0.98))) if above.size else 1.0
    return np.asarray(np.minimum(rises / np.float32(strong), np.float32(_MOST)), np.float32)
