"""The sound of a film, which is added once all pictures are encoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from artengine.errors import SourceError, WriterError, cannot_write
from artengine.ffmpeg.fence import input_arguments
from artengine.ffmpeg.messages import summed_up
from artengine.ffmpeg.process import run

_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound under a film.

    Args:
        path: a sound or video file.
        start: the place in it at the film's first frame, in seconds from the file's start; below 0
            it begins later than the film.
        gain: its volume; 1 is as in the file.
        speed: seconds of it that are heard in a second. A higher speed raises the pitch, as on a
            tape.
    """

    path: Path
    start: float = 0.0
    gain: float = 1.0
    speed: float = 1.0


def sound_to_flac(source: Path, target: Path) -> None:
    """Write the sound of a file as FLAC, lossless for 16 or 24 bits a sample.

    Raises:
        WriterError: on failure, with ffmpeg's error.
        SourceError: when the file cannot be read.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    command += [*input_arguments(source, sound=True), "-map", "0:a:0", "-c:a", "flac"]
    command += ["-f", "flac", "-map_metadata", "-1", "-bitexact", f"file:{target.absolute()}"]
    status, _, log = run(command)
    if status != 0:
        target.unlink(missing_ok=True)
        raise WriterError(f"{source}: its sound cannot be read: {summed_up(log.splitlines())}")


def add_sound(
    source: Path,
    target: Path,
    sounds: Sequence[Sound],
    *,
    seconds: float,
    options: Sequence[str],
) -> None:
    """Copy the pictures and the tags of one file into a new one, with sound under them.

    Several sounds are mixed. If one ends before the film does, silence follows it.

    Args:
        source: a video file.
        target: the file to write; an existing one is replaced, and it is removed on failure.
        sounds: the sounds, at least one.
        seconds: length of the film, to which the sound is cut.
        options: ffmpeg's output options: the codec of the sound (`-c:a`), format (`-f`).

    Raises:
        WriterError: on failure, with ffmpeg's error.
    """
    command = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    try:
        command += input_arguments(source)
        for sound in sounds:
            command += input_arguments(sound.path, sound=True)
        command += ["-filter_complex", _graph(sounds, seconds)]
        command += ["-map", "0:v", "-map", "[heard]", "-map_metadata", "0", "-c:v", "copy"]
        status, _, log = run([*command, *options, f"file:{target.absolute()}"])
    except OSError as error:
        raise cannot_write(error) from error
    except SourceError as error:
        raise WriterError(f"its sound cannot be added: {error}") from error
    if status != 0:
        target.unlink(missing_ok=True)
        message = summed_up(log.splitlines()) or status
        raise WriterError(f"its sound cannot be added: ffmpeg stopped: {message}")


def _rates(speed: float) -> tuple[int, int]:
    """Return the rates at which to sample a sound and then to play it, for a speed.

    Their ratio is exact for speeds of up to three decimals, so that long sounds do not drift.
    """
    share = Fraction(speed).limit_denominator(1000)
    if share == 1:
        return _RATE, _RATE
    times = max(1, round(_RATE / share.denominator))
    return times * share.denominator, times * share.numerator


def _graph(sounds: Sequence[Sound], seconds: float) -> str:
    """Return the filters that place each sound in time, and mix them."""
    chains = []
    for number, sound in enumerate(sounds, start=1):
        cut = f"atrim=start={sound.start:.6f}," if sound.start > 0 else ""
        rate, played = _rates(sound.speed)
        faster = f"asetrate={played},aresample={_RATE}," if played != rate else ""
        chains.append(
            f"[{number}:a:0]{cut}asetpts=PTS-({sound.start:.6f})/TB,"
            f"aresample={rate}:async=1:min_hard_comp=0.02:first_pts=0,{faster}"
            f"aformat=sample_fmts=fltp:channel_layouts=stereo,volume={sound.gain:.6f},"
            f"apad=whole_dur={seconds:.6f},atrim=end={seconds:.6f}[sound{number}]"
        )
    inputs = "".join(f"[sound{number}]" for number in range(1, len(sounds) + 1))
    mixed = f"amix=inputs={len(sounds)}:normalize=0" if len(sounds) > 1 else "anull"
    # Mixed or amplified sounds may clip, so they are limited; others stay as they are.
    louder = len(sounds) > 1 or any(sound.gain > 1 for sound in sounds)
    limited = f"{mixed},alimiter=level=0:limit=0.98:latency=1" if louder else mixed
    return ";".join([*chains, f"{inputs}{limited}[heard]"])
