"""Timing of whole films, each made in its own process as a user would make it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artengine.counts import counted
from artengine.errors import one_line
from artengine.runtime_names import BACKENDS, RuntimeName
from artengine.stepping.engines import installed_runtimes

if TYPE_CHECKING:
    from artengine.cli.usual_side import Usual

STAGES = ("source", "network", "effects", "output", "encoder")


@dataclass(frozen=True, slots=True)
class Side:
    """A runtime and the backend of Keras; other runtimes convert networks built on TensorFlow."""

    runtime: RuntimeName
    backend: str = "tensorflow"

    @property
    def label(self) -> str:
        """The name in tables, such as "keras-torch" or "openvino"."""
        return f"keras-{self.backend}" if self.runtime == "keras" else self.runtime


@dataclass(frozen=True, slots=True)
class Film:
    """A film to time.

    Args:
        preset: the preset's name or file.
        size: width and height in pixels.
        frames: the number of frames.
        plugins: the plugin files to load.
    """

    preset: str
    size: tuple[int, int]
    frames: int
    plugins: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class FilmTiming:
    """The timing of a film.

    Args:
        film, side: what was timed.
        first: seconds of the whole program for a film of one frame, including the conversion of the
            network if it was still due; None for Keras, which converts nothing.
        start: seconds until the first frame and at the end of the program; None if it failed.
        rate: frames a second after the first.
        processor: processor seconds per frame after the first, over all cores.
        ms: milliseconds per frame of each stage; stages overlap.
        gflop: 10**9 operations per frame in the network's convolutions and matrix products.
        share: share of the machine's matrix-product rate that the network used, end to end.
        precision: the precision in which the network computed.
        note: the reason if there is no timing.
    """

    film: Film
    side: Side
    first: float | None = None
    start: float | None = None
    rate: float | None = None
    processor: float | None = None
    ms: Mapping[str, float] = field(default_factory=dict)
    gflop: float | None = None
    share: float | None = None
    precision: str = "float32"
    note: str = ""

    def of_limit(self, gflop: float | None, limit: float, precision: str) -> FilmTiming:
        """Return a copy with the share of a limit.

        Args:
            gflop: operations per frame of the network, in 10**9.
            limit: operations a second that the machine reaches in this precision, in 10**9.
            precision: the precision in which the network computed.
        """
        share = gflop * self.rate / limit if gflop and self.rate else None
        return replace(self, gflop=gflop, share=share, precision=precision)

    def as_data(self) -> dict[str, Any]:
        """Return the timing as data for JSON."""
        width, height = self.film.size
        side = {**asdict(self.side), "label": self.side.label}
        numbers = {
            name: None if value is None else round(value, 4)
            for name, value in (
                ("first", self.first),
                ("start", self.start),
                ("frames_per_second", self.rate),
                ("processor_seconds", self.processor),
                ("gflop", self.gflop),
                ("share", self.share),
            )
        }
        return {
            "preset": self.film.preset,
            **side,
            "width": width,
            "height": height,
            "frames": self.film.frames,
            "precision": self.precision,
            **numbers,
            "ms": dict(self.ms),
            "note": self.note,
        }


def sides() -> list[Side]:
    """Return the installed runtimes, Keras once for each of its installed backends."""
    by_keras = [Side("keras", backend) for backend in BACKENDS if find_spec(backend)]
    return [*by_keras, *(Side(name) for name in installed_runtimes() if name != "keras")]


def time_film(film: Film, side: Side) -> FilmTiming:
    """Time a film in a new process, or note why it cannot be made.

    For runtimes other than Keras, a film of one frame comes first, to convert the network.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "film.mp4"
        first = None
        try:
            if side.runtime != "keras":
                first = _run_film(film, side, 1, file)[0]
            passed, made = _run_film(film, side, film.frames, file)
        except _FailedError as error:
            return FilmTiming(film, side, note=str(error))
    profile = made["profile"]
    seconds, count = float(profile["seconds"]), int(profile["frames"])
    return FilmTiming(
        film,
        side,
        first=first,
        start=passed - seconds,
        rate=count / seconds if count else None,
        processor=float(profile["processor"]),
        ms={name: float(profile["ms"][name]) for name in STAGES},
    )


class _FailedError(Exception):
    """A film could not be made; the text is the error message of the program."""


def _run_film(film: Film, side: Side, frames: int, file: Path) -> tuple[float, dict[str, Any]]:
    """Return the seconds of the whole program, and the JSON that it printed."""
    width, height = film.size
    command = [sys.executable, "-m", "artengine", "dream", film.preset, "-o", str(file)]
    command += ["--runtime", side.runtime, "--size", f"{width}x{height}", "--frames", str(frames)]
    command += ["--overwrite", "--profile", "--json"]
    for plugin in film.plugins:
        command += ["--plugin", str(plugin)]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | {"KERAS_BACKEND": side.backend},
    )
    passed = time.perf_counter() - began
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        raise _FailedError(one_line(errors[-1].removeprefix("error: ") if errors else "it failed"))
    return passed, json.loads(done.stdout)


def as_table(timings: Sequence[FilmTiming]) -> list[str]:
    """Format a heading for each film, a line for each side, and the notes."""
    lines: list[str] = []
    for film in dict.fromkeys(timing.film for timing in timings):
        width, height = film.size
        title = f"{film.preset} at {width}x{height}, {counted(film.frames, 'frame')}"
        lines += ["", f"{title}; from processor on, milliseconds a frame"]
        rows = [["runtime", "precision", "start", "frames/s", "share", "processor", *STAGES]]
        notes = []
        for timing in (each for each in timings if each.film == film):
            rows.append(_row(timing))
            if timing.note:
                notes.append(f"{timing.side.label}: {timing.note}")
        lines += [*aligned(rows, left=2), *notes]
    return lines


def _row(timing: FilmTiming) -> list[str]:
    def shown(number: float | None, form: str) -> str:
        return "-" if number is None else form.format(number)

    return [
        timing.side.label,
        timing.precision,
        shown(timing.start, "{:.1f} s"),
        shown(timing.rate, "{:.1f}"),
        shown(timing.share, "{:.0%}"),
        shown(timing.processor and 1000 * timing.processor, "{:.1f}"),
        *(shown(timing.ms.get(name), "{:.1f}") for name in STAGES),
    ]


def aligned(rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Format rows as lines, the first `left` columns flush left and the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def advice(
    timings: Sequence[FilmTiming], usual: Callable[[], Usual], graphics: Callable[[], str]
) -> str:
    """Return one line of advice on making films faster.

    Args:
        usual: returns the side that makes the first film if no runtime is named.
        graphics: returns advice on enabling an unused graphics card; empty if there is none.
    """
    done = [timing for timing in timings if timing.rate]
    if not done:
        return "no film could be made; artengine doctor shows what is wrong"
    card = graphics()
    if card:
        return card
    film = done[0].film
    of_film = {timing.side.label: timing for timing in done if timing.film == film}
    best = max(of_film.values(), key=lambda timing: timing.rate or 0.0)
    common = usual()
    taken = of_film.get(common.side.label)
    if taken and taken.rate and best.rate and best.rate > 1.05 * taken.rate:
        other = taken.precision != best.precision
        return (
            f"--runtime {best.side.runtime} makes {film.preset} {best.rate / taken.rate:.2f} times "
            f"as fast as {common.name}"
            f"{f', in {best.precision} and not {taken.precision}' if other else ''}; "
            "--runtime auto takes what is quickest for each network"
        )
    if "openvino" not in {timing.side.runtime for timing in timings}:
        return "another runtime may be faster: python -m pip install openvino"
    stage = max(best.ms, key=lambda name: best.ms[name])
    return f"most of the time goes into {_FASTER[stage]}"


_FASTER = {
    "source": "the source; a clip at the film's size and frame rate is decoded quicker",
    "network": "the network; a smaller --size, and upscale in the output chain, is quicker",
    "effects": "the effects of the feedback chain; artengine plugins check NAME times each",
    "output": "the effects of the output chain; artengine plugins check NAME times each",
    "encoder": "the encoder; calmer pictures and a smaller --size are encoded quicker",
}
"""The name of each stage, and what makes it faster."""
