"""Analysis: the measurements of a sound, 200 times a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log2

import numpy as np
import numpy.typing as npt

from artengine.audio.bands import DRUMS, LEVELS, Band, weights
from artengine.audio.decode import RATE, Samples

HOP = 120
"""Samples from one measurement to the next: 5 ms."""

WINDOW = 512
"""Samples in the Hann window of one measurement: 21 ms."""

VERSION = 1
"""Incremented when results for the same sound change, to invalidate cached ones."""

_LONG_WINDOW, _LONG_EVERY = 4096, 8
_LOUD = 1000.0
_LOWEST_NOTE, _HIGHEST_NOTE = 65.0, 2100.0
_ROWS = 2048

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Raw measurements of a sound. Measurement n is centred n * `HOP` / `RATE` seconds after its
    start.

    Args:
        seconds: length of the sound.
        rows: measurements by name, float32 `(N,)` each: `rms` and the bands' amplitudes, about 0.7
            for a full-scale sine; `flux`, the rise of the whole spectrum; `centroid` in Hz, 0 in
            silence; `chroma`, the strongest pitch class, 0 (C) to 11/12 (B).
    """

    seconds: float
    rows: Mapping[str, Rows]


def analyse(blocks: Iterable[Samples], bands: Mapping[str, Band]) -> Analysis:
    """Measure a sound, in bounded memory except for the measurements themselves.

    Args:
        blocks: its samples.
        bands: additional bands by name.
    """
    heard = {**LEVELS, **DRUMS, **bands}
    matrix = weights(heard, WINDOW)
    window = np.hanning(WINDOW).astype(np.float32)
    scale = np.float32(1.0 / np.sqrt(WINDOW * np.sum(window**2) / 2))
    bins = (np.arange(WINDOW // 2 + 1) * RATE / WINDOW).astype(np.float32)
    found: list[Rows] = []
    chroma = _Chroma()
    before = np.zeros(WINDOW // 2 + 1, np.float32)
    count = 0
    for frames, sounds, read in _frames(blocks):
        count = read
        rows = np.zeros((len(frames), len(heard) + 3), np.float32)
        chroma.take(frames, sounds)
        if sounds:
            short = frames[:, (_LONG_WINDOW - WINDOW) // 2 :][:, :WINDOW]
            spectrum = np.abs(np.fft.rfft(short * window, axis=1)).astype(np.float32) * scale
            power = spectrum**2
            rows[:, 0] = np.sqrt(np.mean(short**2, axis=1))
            rows[:, 1:-2] = np.sqrt(power @ matrix)
            loud = np.log1p(_LOUD * spectrum)
            rises = np.diff(loud, axis=0, prepend=before[None])
            rows[:, -2] = np.maximum(rises, 0.0).mean(axis=1)
            total = spectrum.sum(axis=1)
            rows[:, -1] = np.where(total > 1e-4, spectrum @ bins / np.maximum(total, 1e-4), 0.0)
            before = loud[-1]
        else:
            before = np.zeros_like(before)
        found.append(rows)
    whole = np.concatenate(found) if found else np.zeros((1, len(heard) + 3), np.float32)
    names = ["rms", *heard, "flux", "centroid"]
    columns = {name: np.ascontiguousarray(whole[:, n]) for n, name in enumerate(names)}
    columns["chroma"] = chroma.rows(len(whole))
    return Analysis(count / RATE, columns)


def _frames(blocks: Iterable[Samples]) -> Iterator[tuple[Samples, bool, int]]:
    """Yield batches of some thousand windows around measurements, whether they hold any sound, and
    the number of samples read.

    Each window has `_LONG_WINDOW` samples; the sound is padded with silence at both ends.
    """
    half = np.zeros(_LONG_WINDOW // 2, np.float32)
    kept, read, made = half, 0, 0
    for block in blocks:
        read += len(block)
        kept = np.concatenate([kept, block])
        ready = max(0, (len(kept) - _LONG_WINDOW) // HOP + 1)
        yield from ((*cut, read) for cut in _cut(kept, ready))
        kept, made = kept[ready * HOP :], made + ready
    left = read // HOP + 1 - made
    kept = np.concatenate([kept, half, half])
    yield from ((*cut, read) for cut in _cut(kept, left))


def _cut(kept: Samples, count: int) -> Iterator[tuple[Samples, bool]]:
    if count <= 0:
        return
    windows = np.lib.stride_tricks.sliding_window_view(kept, _LONG_WINDOW)[::HOP][:count]
    for first in range(0, len(windows), _ROWS):
        rows = windows[first : first + _ROWS]
        # Silence is common at the ends of sounds: skip its analysis.
        heard = kept[first * HOP : (first + len(rows) - 1) * HOP + _LONG_WINDOW]
        yield rows, bool(heard.any())


class _Chroma:
    """The strongest pitch class, from long windows, at every eighth measurement."""

    def __init__(self) -> None:
        self._window = np.hanning(_LONG_WINDOW).astype(np.float32)
        bins = np.arange(_LONG_WINDOW // 2 + 1) * RATE / _LONG_WINDOW
        self._classes = np.zeros((len(bins), 12), np.float32)
        for number, frequency in enumerate(bins):
            if _LOWEST_NOTE <= frequency <= _HIGHEST_NOTE:
                pitch = 12 * log2(frequency / 440.0) + 9
                self._classes[number, round(pitch) % 12] = 1.0
        self._found: list[npt.NDArray[np.float32]] = []
        self._seen = 0

    def take(self, frames: Samples, sounds: bool) -> None:
        """Analyse windows around measurements, in order; silence is skipped."""
        first = -self._seen % _LONG_EVERY
        self._seen += len(frames)
        chosen = frames[first::_LONG_EVERY]
        if not sounds or len(chosen) == 0:
            self._found.append(np.zeros(len(chosen), np.float32))
            return
        spectrum = np.abs(np.fft.rfft(chosen * self._window, axis=1)).astype(np.float32)
        strength = spectrum**2 @ self._classes
        self._found.append((strength.argmax(axis=1) / 12).astype(np.float32))

    def rows(self, count: int) -> Rows:
        """Return the pitch class at each measurement."""
        found = np.concatenate(self._found) if self._found else np.zeros(1, np.float32)
        return np.repeat(found, _LONG_EVERY)[:count]
