"""Make the sounds of the packaged presets: drums, basses, bells and drones from numbers alone.

    python docs/sounds.py            # all of them, into presets/sounds
    python docs/sounds.py march      # one

The samples are the same each time; the encoded files may differ between versions of ffmpeg. A sound
has at most 300 kB.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from artengine.ffmpeg import ffmpeg_executable

FOLDER = Path(__file__).parents[1] / "presets" / "sounds"
RATE = 48_000

Samples = npt.NDArray[np.float64]


def seconds(length: float) -> Samples:
    """Return the time of each sample in seconds."""
    return np.arange(round(length * RATE)) / RATE


def noise(length: float, seed: int) -> Samples:
    """Return white noise, -1..1."""
    return np.random.default_rng(seed).uniform(-1, 1, round(length * RATE))


def band(samples: Samples, low: float, high: float) -> Samples:
    """Filter out what is not between two frequencies in Hz, with soft edges of half an octave."""
    spectrum = np.fft.rfft(samples)
    octaves = np.log2(np.fft.rfftfreq(len(samples), 1 / RATE) + 1e-3)
    rise = np.clip((octaves - np.log2(low)) * 2 + 1, 0, 1)
    fall = np.clip((np.log2(high) - octaves) * 2 + 1, 0, 1)
    return np.fft.irfft(spectrum * rise * fall, len(samples))


def saw(hertz: float | Samples, length: float) -> Samples:
    """Return a band-limited sawtooth of a constant or a gliding pitch."""
    t = seconds(length)
    turns = np.cumsum(np.broadcast_to(np.asarray(hertz), t.shape)) / RATE
    top = float(np.max(hertz))
    waves = [np.sin(2 * np.pi * k * turns) / k for k in range(1, max(2, int(9_000 / top)))]
    return np.asarray(0.6 * np.sum(waves, axis=0))


def kick() -> Samples:
    """Return a bass drum: a click, then a tone that falls."""
    t = seconds(0.42)
    pitch = 46 + 150 * np.exp(-t / 0.035)
    boom = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.exp(-t / 0.13)
    return np.tanh(1.8 * boom) + 0.2 * noise(0.42, 1) * np.exp(-t / 0.003)


def snare() -> Samples:
    """Return a snare drum: filtered noise over a short tone."""
    t = seconds(0.26)
    rattle = band(noise(0.26, 2), 900, 8_000) * np.exp(-t / 0.07)
    return 1.1 * rattle + 0.4 * np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.05)


def hat(open_for: float = 0.03) -> Samples:
    """Return a hi-hat that decays with a time constant of `open_for` seconds."""
    t = seconds(5 * open_for)
    return 0.55 * band(noise(5 * open_for, 3), 7_000, 15_000) * np.exp(-t / open_for)


def bell(hertz: float, length: float = 3.0) -> Samples:
    """Return a bell: inharmonic partials, of which the higher ones decay faster."""
    t = seconds(length)
    partials = (
        (0.5, 0.5),
        (1.0, 1.0),
        (1.19, 0.7),
        (1.56, 0.5),
        (2.0, 0.6),
        (2.66, 0.4),
        (3.76, 0.3),
    )
    parts = [
        share * np.sin(2 * np.pi * hertz * ratio * t) * np.exp(-t * ratio / (0.45 * length))
        for ratio, share in partials
    ]
    return np.asarray(0.35 * np.sum(parts, axis=0) * np.minimum(t / 0.004, 1))


def pluck(hertz: float, length: float = 0.5) -> Samples:
    """Return a plucked string, whose higher harmonics decay faster."""
    t = seconds(length)
    waves = [
        np.sin(2 * np.pi * hertz * k * t) / k * np.exp(-t * (3 + 2.2 * k)) for k in range(1, 14)
    ]
    return np.asarray(0.7 * np.sum(waves, axis=0) * np.minimum(t / 0.003, 1))


class Track:
    """A track that sounds are added to; silent at first."""

    def __init__(self, length: float) -> None:
        self.samples: Samples = np.zeros(round(length * RATE))

    def lay(self, sound: Samples, at: float, loud: float = 1.0) -> None:
        """Add a sound at a time in seconds; cut it off at the end of the track."""
        first = round(at * RATE)
        room = self.samples[first : first + len(sound)]
        room += loud * sound[: len(room)]

    def echo(self, after: float, share: float, times: int = 4) -> None:
        """Add echoes, each multiplied by `share` once more than the one before."""
        dry = self.samples.copy()
        for number in range(1, times + 1):
            self.lay(dry, number * after, share**number)

    def shape(self, *points: tuple[float, float]) -> None:
        """Multiply by an envelope through points of seconds and loudness."""
        at, loud = zip(*points, strict=True)
        self.samples *= np.interp(seconds(len(self.samples) / RATE), at, loud)


def mix(*parts: tuple[Track, float]) -> Samples:
    """Mix tracks, each with its loudness, with soft limiting to 0.9."""
    total = np.sum([loud * track.samples for track, loud in parts], axis=0)
    return np.asarray(0.9 * np.tanh(1.6 * total / np.max(np.abs(total))))


def march() -> Samples:
    """Ten seconds at 120 beats a minute: a bass alone, then drums, a break, then everything."""
    beat, length = 0.5, 10.0
    drums, bass, tops = Track(length), Track(length), Track(length)
    for number in range(20):
        at, bar = number * beat, number // 4
        if bar >= 1 and not 11 <= number <= 12:
            drums.lay(kick(), at, 1.0 if number % 4 == 0 or bar >= 3 else 0.0)
            if number % 4 == 2 and bar < 3:
                drums.lay(kick(), at + 0.25, 0.8)
            if number % 2 == 1:
                drums.lay(snare(), at, 0.8)
        if bar >= 2:
            for part in range(2 if bar < 3 else 4):
                tops.lay(hat(), at + part * beat / (2 if bar < 3 else 4), 0.5 if part else 0.3)
        if number == 11:
            for part in range(8):
                drums.lay(snare(), at + 0.125 * part, 0.15 + 0.1 * part)
    line = (41.2, 41.2, 49.0, 41.2, 36.7, 36.7, 55.0, 49.0)
    for number in range(40):
        loud = 0.0 if 22 <= number <= 25 else 1.0
        note = band(saw(line[number % 8], 0.24), 30, 300 + 35 * number)
        # A slow attack, so that it is not detected as a drum.
        t = seconds(0.24)
        bass.lay(note * np.minimum(t / 0.06, 1) * np.exp(-t / 0.2), number * 0.25, loud)
    return mix((drums, 1.0), (bass, 0.4), (tops, 0.7))


def club() -> Samples:
    """Ten seconds at 132 beats a minute: a kick on each beat, an opening filter, a break, drop."""
    beat, length = 60 / 132, 10.0
    drums, acid, tops = Track(length), Track(length), Track(length)
    hole = range(12, 14)
    for number in range(22):
        at = number * beat
        if number not in hole:
            drums.lay(kick(), at)
            tops.lay(hat(0.06), at + beat / 2, 0.8)
        if number >= 4 and number % 2 and number not in hole:
            drums.lay(snare(), at, 0.6)
        if number in hole:
            for part in range(4 * (1 + number - hole[0])):
                drums.lay(
                    snare(), at + part * beat / (4 * (1 + number - hole[0])), 0.25 + 0.06 * part
                )
        for part in range(4):
            if number >= 8:
                tops.lay(hat(0.02), at + part * beat / 4, 0.35)
    notes = (55.0, 55.0, 110.0, 55.0, 65.4, 55.0, 82.4, 98.0)
    for number in range(88):
        open_to = 250 + 3_200 * (min(number, 48) / 48) ** 2 if number < 56 else 2_600
        note = band(saw(notes[number * 5 % 8], 0.11), 45, open_to)
        t = seconds(0.11)
        acid.lay(note * np.minimum(t / 0.02, 1) * np.exp(-t / 0.06), number * beat / 4)
    return mix((drums, 1.0), (acid, 0.4), (tops, 0.6))


def abyss() -> Samples:
    """Fourteen seconds: a drone that swells, large drums, and distant bells."""
    length = 14.0
    drone, drums, bells = Track(length), Track(length), Track(length)
    t = seconds(length)
    for hertz, share in ((55.0, 1.0), (55.4, 0.8), (82.5, 0.6), (110.6, 0.4), (164.2, 0.25)):
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * t / (3 + hertz / 40))
        drone.lay(band(saw(hertz, length), 40, 900) * swell, 0.0, share)
    drone.lay(band(noise(length, 5), 300, 1_500) * np.clip((t - 3) / 6, 0, 1), 0.0, 0.5)
    drone.shape((0, 0.15), (4, 0.6), (8.9, 1.0), (9.1, 0.25), (12, 0.5), (14, 0))
    for at, loud in ((2.0, 0.6), (4.0, 0.7), (6.0, 0.8), (7.5, 0.9), (8.25, 0.95), (9.0, 1.2)):
        drums.lay(kick(), at, loud)
        drums.lay(band(noise(1.2, 6), 40, 240) * np.exp(-seconds(1.2) / 0.4), at, 2.0 * loud)
    for at, hertz in ((9.75, 440.0), (10.5, 523.3), (11.25, 659.3), (12.0, 587.3)):
        bells.lay(bell(hertz), at)
    bells.echo(0.375, 0.5)
    return mix((drone, 0.55), (drums, 0.8), (bells, 0.5))


def clockwork() -> Samples:
    """Ten seconds at 96 beats a minute: plucked strings in a pattern, bells on the bars, ticks."""
    beat, length = 60 / 96, 10.0
    strings, bells, ticks = Track(length), Track(length), Track(length)
    chords = (
        (220.0, 261.6, 329.6, 440.0),
        (174.6, 220.0, 261.6, 349.2),
        (196.0, 246.9, 293.7, 392.0),
    )
    for number in range(64):
        at = number * beat / 4
        chord = chords[number // 16 % 3]
        if number < 16 or number % 4 != 3 or number > 40:
            strings.lay(
                pluck(chord[(0, 2, 1, 3, 2, 1)[number % 6]]), at, 0.5 + 0.5 * (number % 4 == 0)
            )
        if number % 2 == 0:
            ticks.lay(hat(0.012), at, 0.6)
        if number >= 24 and number % 4 == 0:
            ticks.lay(kick(), at, 1.2)
        if number >= 24 and number % 8 == 4:
            ticks.lay(snare(), at, 0.8)
    for bar in range(4):
        bells.lay(bell(chords[bar % 3][0] * 2), bar * 4 * beat, 0.8)
    strings.echo(0.75 * beat, 0.4)
    return mix((strings, 0.7), (bells, 0.4), (ticks, 0.7))


SOUNDS: dict[str, Callable[[], Samples]] = {
    "march": march,
    "club": club,
    "abyss": abyss,
    "clockwork": clockwork,
}


def main(names: list[str]) -> None:
    """Write the sounds of these names, or all, as NAME.opus."""
    for name in names or SOUNDS:
        samples = (SOUNDS[name]() * 32_767).astype("<i2").tobytes()
        target = FOLDER / f"{name}.opus"
        sound = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
        encoded = ["-c:a", "libopus", "-b:a", "96k", "-bitexact", str(target)]
        command = [str(ffmpeg_executable()), "-v", "error", "-y", *sound, *encoded]
        subprocess.run(command, input=samples, check=True)
        sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
