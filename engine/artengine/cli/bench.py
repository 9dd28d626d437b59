"""`artengine bench`: how fast this machine dreams."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby, product
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from artengine.cli.options import AsJson, PluginFiles, parse_size
from artengine.cli.streams import answer
from artengine.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from artengine.model import Model
    from artengine.nn.bench import Timing
    from artengine.nn.precision import Precision

Name = TypeVar("Name", bound=str)

SIZES = ("256", "512", "1024")


def bench(
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="NAME", help="Time this model only.")
    ] = None,
    runtime: Annotated[
        list[str] | None, typer.Option("--runtime", metavar="NAME", help="Time this runtime only.")
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            "--size", metavar="N|WxH", help="A size in pixels. By default 256, 512 and 1024."
        ),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(metavar="S", min=0.01, help="Seconds to time each for; at least one frame."),
    ] = 0.5,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Time how long each model takes for a frame.

    Models have default parameters and random weights. The time is the median over some frames,
    without effects and files. The share compares the operations a second with those of a large
    matrix product on this machine, in the same precision and by the fastest runtime.

    --model, --runtime and --size may be given several times. Ctrl-C prints what was timed so far.

    Examples:

        artengine bench

        artengine bench --model swift --size 512 --size 1920x1080

        artengine bench --runtime openvino --json
    """
    from artengine.catalog import load_catalog
    from artengine.cli.interrupt import Interrupt
    from artengine.cli.progress import bar

    catalog = load_catalog(plugin or [])
    models = _chosen("model", model, list(catalog.models))
    sizes = [_size(text) for text in size or SIZES]
    from artengine.nn.bench import Subject, matrix_rate
    from artengine.nn.precision import has_bfloat16
    from artengine.stepping.engines import installed_runtimes

    runtimes = _chosen("runtime", runtime, installed_runtimes())
    precisions: list[Precision] = ["float32", "bfloat16"] if has_bfloat16() else ["float32"]
    timings: list[Timing] = []
    cells = list(product(models, runtimes, precisions, sizes))
    with bar("timing", "times") as progress, Interrupt() as stop:
        progress(0, len(cells))
        rates = {precision: matrix_rate(precision, stop=stop) for precision in precisions}
        for name, of_model in groupby(cells, key=itemgetter(0)):
            subject = Subject(name, _with_defaults(catalog.models[name]))
            for _, of_runtime, precision, pixels in of_model:
                if stop():
                    break
                timings.append(
                    subject.time(of_runtime, precision, pixels, seconds=seconds, stop=stop)
                )
                progress(len(timings), len(cells))
    answer(as_text(rates, timings) if not as_json else _json(rates, timings))
    if stop():
        raise typer.Exit(130)


def as_text(rates: Mapping[Precision, float], timings: Sequence[Timing]) -> str:
    """A line for each rate, and one for each model, runtime and precision."""
    lines = [f"matrices in {name}: {rate:.0f} GFLOP/s" for name, rate in rates.items()]
    if not timings:
        return "\n".join(lines)
    sizes = list(dict.fromkeys(timing.size for timing in timings))
    names = [f"{width}x{height}" for width, height in sizes]
    rows = [["model", "runtime", "precision", *(part for n in names for part in (n, "share"))]]
    notes: list[str] = []
    for (model, runtime, precision), group in groupby(
        timings, key=lambda timing: (timing.model, timing.runtime, timing.precision)
    ):
        by_size = {timing.size: timing for timing in group}
        row = [model, runtime, precision]
        for size in sizes:
            row += _shown(by_size.get(size), rates[precision])
        rows.append(row)
        notes += dict.fromkeys(timing.note for timing in by_size.values() if timing.note)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if number < 3 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, *notes])


def _shown(timing: Timing | None, rate: float) -> tuple[str, str]:
    """Milliseconds and share; a dash for what is not known."""
    if timing is None or timing.ms is None:
        return "-", "-"
    share = f"{timing.gflops / rate:.0%}" if timing.gflops else "-"
    return f"{timing.ms:.1f} ms", share


def _json(rates: Mapping[Precision, float], timings: Sequence[Timing]) -> str:
    def rounded(number: float | None) -> float | None:
        return None if number is None else round(number, 4)

    results = [
        {
            "model": timing.model,
            "runtime": timing.runtime,
            "precision": timing.precision,
            "width": timing.size[0],
            "height": timing.size[1],
            "ms": rounded(timing.ms),
            "frames": timing.frames,
            "gflop": rounded(timing.gflop),
            "gflops": rounded(timing.gflops),
            "share": rounded(timing.gflops and timing.gflops / rates[timing.precision]),
            "note": timing.note,
        }
        for timing in timings
    ]
    machine = {name: round(rate, 1) for name, rate in rates.items()}
    return json.dumps({"matrix_gflops": machine, "results": results}, indent=2)


def _chosen(kind: str, given: Sequence[str] | None, known: Sequence[Name]) -> list[Name]:
    for name in given or []:
        if name not in known:
            raise UsageError(
                f'--{kind}: no {kind} "{name}"{did_you_mean(name, known)}; '
                f"there are: {', '.join(known)}"
            )
    return [name for name in known if not given or name in given]


def _size(text: str) -> tuple[int, int]:
    return parse_size(f"{text}x{text}" if text.strip().isdigit() else text)


def _with_defaults(kind: type[Model]) -> Model:
    try:
        return kind()
    except ValueError as error:
        raise UsageError(
            f'model "{kind.name}" has no defaults for all of its parameters'
        ) from error
