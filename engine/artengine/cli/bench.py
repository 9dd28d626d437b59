"""`artengine bench`: time films and networks on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby, product
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from artengine.cli.options import AsJson, PluginFiles, parse_size
from artengine.cli.streams import answer
from artengine.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.cli.film_bench import Film, FilmTiming
    from artengine.model import Model
    from artengine.nn.bench import Timing
    from artengine.nn.precision import Precision
    from artengine.preset import Preset
    from artengine.runtime_names import RuntimeName

Name = TypeVar("Name", bound=str)

SIZES = ("256", "512", "1024")
"""Sizes at which networks are timed."""

FILM_SIZE = "512"
"""The size of the films that are timed."""

PRESETS = ("daybreak", "night-drive")
"""The presets that are filmed by default; their models are swift and recall."""


def bench(
    preset: Annotated[
        list[str] | None,
        typer.Option(
            "--preset",
            metavar="PRESET|RUN",
            help="What to film; by default daybreak and night-drive.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="NAME", help="Time this model's network alone."),
    ] = None,
    runtime: Annotated[
        list[str] | None,
        typer.Option(
            "--runtime", metavar="NAME", help="Time only this runtime: openvino, keras-torch, ..."
        ),
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(
            "--size",
            metavar="N|WxH",
            help="A size in pixels. By default 512 for films, and 256, 512 and 1024 for networks.",
        ),
    ] = None,
    frames: Annotated[
        int, typer.Option(metavar="N", min=2, max=100_000, help="Frames of each film.")
    ] = 48,
    seconds: Annotated[
        float,
        typer.Option(
            metavar="S",
            min=0.01,
            max=3600,
            help="Seconds to time a network for; at least one frame.",
        ),
    ] = 0.5,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Time films with each runtime, and report what is slow.

    For each film this prints the seconds up to its first frame and at the end of the program, the
    frames a second, the share of this machine's matrix-product rate that the network used, and for
    each frame the processor time of all cores and the time of each stage. Stages overlap: network
    and feedback effects take turns, while source, output effects and encoder run in parallel. The
    last line is advice.

    With --model, networks are timed on their own, with default parameters and random weights; each
    frame is predicted from the last few predictions.

    --preset, --model, --runtime and --size may be given several times. Ctrl-C prints the timings so
    far.

    Examples:

        artengine bench

        artengine bench --preset night-drive --size 1024 --json

        artengine bench --model swift --size 512 --size 1920x1080
    """
    from artengine.catalog import load_catalog
    from artengine.cli.interrupt import Interrupt
    from artengine.cli.progress import bar

    catalog = load_catalog(plugin or [])
    films = _films(catalog, preset or ([] if model else PRESETS), size, frames, plugin or [])
    models = _selected("model", model, list(catalog.models)) if model else []
    from artengine.cli.film_bench import advice, sides, time_film
    from artengine.cli.usual_side import usual_side
    from artengine.stepping.engines import installed_runtimes

    by = sides()
    names = list(dict.fromkeys(name for each in by for name in (each.runtime, each.label)))
    wanted = _selected("runtime", runtime, names)
    by = [each for each in by if {each.runtime, each.label} & set(wanted)]
    from artengine.nn.bench import Subject, gflop_of, matrix_rate
    from artengine.nn.precision import has_bfloat16

    runtimes = [name for name in installed_runtimes() if name in wanted]
    precisions: list[Precision] = ["float32", "bfloat16"] if has_bfloat16() else ["float32"]
    timings: list[Timing] = []
    filmed: list[FilmTiming] = []
    sizes = [parse_size(text) for text in size or SIZES]
    cells = list(product(models, runtimes, precisions, sizes))
    total = len(cells) + len(films) * len(by)
    with bar("timing", "times") as progress, Interrupt() as stop:
        progress(0, total)
        rates = {precision: matrix_rate(precision, stop=stop) for precision in precisions}
        for loaded, film in films:
            gflop = gflop_of(loaded.model, film.size, loaded.dream.tile)
            for side in by:
                if stop():
                    break
                precision = _precision(loaded, side.runtime)
                timing = time_film(film, side)
                filmed.append(timing.of_limit(gflop, rates[precision], precision))
                progress(len(filmed), total)
        for name, of_model in groupby(cells, key=itemgetter(0)):
            subject = Subject(name, _with_defaults(catalog.models[name]))
            for _, of_runtime, precision, pixels in of_model:
                if stop():
                    break
                timings.append(
                    subject.time(of_runtime, precision, pixels, seconds=seconds, stop=stop)
                )
                progress(len(filmed) + len(timings), total)
    tip = advice(filmed, lambda: usual_side(*films[0]), _unused_card) if filmed else ""
    answer(_json(rates, timings, filmed, tip) if as_json else as_text(rates, timings, filmed, tip))
    if stop():
        raise typer.Exit(130)


def _films(
    catalog: Catalog,
    presets: Sequence[str],
    sizes: Sequence[str] | None,
    frames: int,
    plugins: Sequence[Path],
) -> list[tuple[Preset, Film]]:
    """Return the loaded preset and the film of each preset and size."""
    from artengine.cli.film_bench import Film
    from artengine.default_runtime import wanted_runtime
    from artengine.preset import load_preset
    from artengine.resolve import refuse_missing

    found = []
    for name, text in product(presets, sizes or [FILM_SIZE]):
        loaded = load_preset(name, catalog)
        refuse_missing(loaded)
        # Raises before anything is timed if the environment names an unknown runtime.
        wanted_runtime(loaded)
        found.append((loaded, Film(name, parse_size(text), frames, tuple(plugins))))
    return found


def _precision(preset: Preset, runtime: RuntimeName) -> Precision:
    """Return the precision in which a runtime computes a film; bfloat16 only where it is faster."""
    from artengine.nn.precision import has_bfloat16
    from artengine.quickest import precision_of

    in_bfloat16 = has_bfloat16() and precision_of(preset, runtime) == "bfloat16"
    return "bfloat16" if in_bfloat16 else "float32"


def _unused_card() -> str:
    """Return advice on enabling an unused graphics card; empty if there is none."""
    from artengine.cli.accelerators import accelerators, way
    from artengine.cli.graphics import graphics_cards

    cards = [card for card in graphics_cards() if way(card, sys.platform)]
    tip = accelerators() if cards else ""
    return tip if ", not used; " in tip else ""


def as_text(
    rates: Mapping[Precision, float],
    timings: Sequence[Timing],
    filmed: Sequence[FilmTiming] = (),
    tip: str = "",
) -> str:
    """Format a line for each rate, for each film and side, and for each model, runtime and
    precision, and the advice."""
    from artengine.cli.film_bench import aligned, as_table

    lines = [f"matrices in {name}: {rate:.0f} GFLOP/s" for name, rate in rates.items()]
    lines += as_table(filmed)
    if tip:
        lines += ["", tip]
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
            row += _timing_cells(by_size.get(size), rates[precision])
        rows.append(row)
        notes += dict.fromkeys(timing.note for timing in by_size.values() if timing.note)
    lines += aligned(rows, left=3)
    return "\n".join([*lines, *notes])


def _timing_cells(timing: Timing | None, rate: float) -> tuple[str, str]:
    """Return milliseconds and share as text; unknown ones as a dash."""
    if timing is None or timing.ms is None:
        return "-", "-"
    share = f"{timing.gflops / rate:.0%}" if timing.gflops else "-"
    return f"{timing.ms:.1f} ms", share


def _json(
    rates: Mapping[Precision, float],
    timings: Sequence[Timing],
    filmed: Sequence[FilmTiming],
    tip: str,
) -> str:
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
    films = [timing.as_data() for timing in filmed]
    found = {"matrix_gflops": machine, "films": films, "results": results, "advice": tip}
    return json.dumps(found, indent=2)


def _selected(kind: str, given: Sequence[str] | None, known: Sequence[Name]) -> list[Name]:
    for name in given or []:
        if name not in known:
            raise UsageError(
                f'--{kind}: no {kind} "{name}"{did_you_mean(name, known)}; '
                f"there are: {', '.join(known)}"
            )
    return [name for name in known if not given or name in given]


def _with_defaults(kind: type[Model]) -> Model:
    try:
        return kind()
    except ValueError as error:
        raise UsageError(
            f'model "{kind.name}" has no defaults for all of its parameters'
        ) from error
