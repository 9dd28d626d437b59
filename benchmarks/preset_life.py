"""Measure how long dreams of the packaged presets live, and how close to their source they stay.

    python benchmarks/preset_life.py [PRESET ...] [--frames 1000] [--page PAGE]

Every preset that needs no clip of the user's own is dreamt at its own size and with its own
effects, and measured against a minute of its own source, as `artengine measure` does with a film
and its clip. A row of a Markdown table is printed as each preset is done; PAGE is a file for the
whole table.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

from artengine.atomic import atomic_write
from artengine.catalog import load_catalog
from artengine.dream.session import Dream
from artengine.effect import Effect
from artengine.errors import ArtengineError
from artengine.measure import Reference, read
from artengine.preset import Preset, list_presets, load_preset

SECONDS = 60  # of a source, which may have no end

PAGE = """# How long the presets' dreams live

Each row is a dream with the preset's own effects, measured against its own source by
`artengine measure`. *Vitality* is the share of frames whose motion, contrast and detail are about
those of the source. *Kinship* is 1 if the pictures look like the source's; effects may lead away
from them. *Death* is the first of 48 consecutive frames that are not alive. *Truth* lists the parts
of the preset that use source frames: `truth_frames`, or feedback effects that read them.
`benchmarks/preset_life.py` writes this page.
"""

HEAD = """| preset | model | truth | frames | vitality | kinship | death |
| --- | --- | --- | --: | --: | --: | --: |"""


def main() -> None:
    """Dream, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("presets", nargs="*", metavar="PRESET")
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()

    rows = []
    print(HEAD, flush=True)
    try:
        catalog = load_catalog()
        for name in options.presets or list_presets():
            preset = load_preset(name, catalog, [f"dream.frames={options.frames}"])
            if preset.weights is None:
                continue
            rows.append(row(name, preset))
            print(rows[-1], flush=True)
    except ArtengineError as error:
        parser.exit(1, f"{error}\n")
    if options.page:
        with atomic_write(options.page) as unfinished:
            unfinished.write_text("\n".join([PAGE, HEAD, *rows, ""]), encoding="utf-8")


def row(name: str, preset: Preset) -> str:
    """Dream of a preset and measure it."""
    with Dream(preset) as dream:
        film = read(iter(dream))
    source = preset.source.open(film.size)
    clip = read(islice(source.frames(), round(SECONDS * source.fps)), film.size)
    report = Reference.of(clip).measure(film)
    cells = [name, preset.model.name, truth(preset) or "none", f"{report.frames:,}"]
    cells += [f"{report.vitality:.2f}", f"{report.kinship:.2f}", f"{report.death or 'none'}"]
    return f"| {' | '.join(cells)} |"


def truth(preset: Preset) -> str:
    """Return the parts of a preset that use source frames."""
    frames = preset.dream.truth_frames
    replaced = [f"truth_frames {frames}"] if frames else []
    effects = [binding.plugin for binding in preset.feedback]
    laid = [one.name for one in effects if isinstance(one, Effect) and one.uses_truth]
    return ", ".join([*replaced, *laid])


if __name__ == "__main__":
    main()
