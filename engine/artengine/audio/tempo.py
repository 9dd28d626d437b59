"""The beats of a sound, found by librosa where it is installed."""

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
"""What is said where there is no tempo."""

BEATS_VERSION = 1
"""Raised when the same sound gives other beats, so that cached ones are not used."""

_COARSE = 5
"""Measurements taken together, 25 ms, where the tempo is looked for: those of an hour fit into
memory then."""

_MOST = 1.5


def beats_of(analysis: Analysis) -> list[float] | None:
    """When the beats of a sound fall, in seconds from its start.

    The tempo may change slowly.

    Args:
        analysis: of the sound.

    Returns:
        The beats in order, none where there are none; None where librosa is not installed.
    """
    try:
        from librosa.beat import beat_track
        from librosa.feature import tempo
    except ImportError:
        return None
    struck = _struck(analysis)
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
    """The mean tempo in beats a minute; None of fewer than two beats."""
    return 60.0 * (len(beats) - 1) / (beats[-1] - beats[0]) if len(beats) > 1 else None


def _struck(analysis: Analysis) -> npt.NDArray[np.float32]:
    """How much is struck at each measurement. Drums tell more of the beat than all the rest."""
    rows = analysis.rows
    kick, snare = _even(rises_of(rows["kick"])), _even(rises_of(rows["snare"]))
    return np.asarray(kick + 0.5 * snare + 0.5 * _even(rows["flux"]), np.float32)


def _even(rises: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rises of which the strong ones are about 1."""
    above = rises[rises > 0]
    strong = max(1e-6, float(np.quantile(above, 0.98))) if above.size else 1.0
    return np.asarray(np.minimum(rises / np.float32(strong), np.float32(_MOST)), np.float32)
