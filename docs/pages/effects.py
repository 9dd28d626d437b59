"""The page of effects, in groups, with a picture of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from artengine.catalog import Catalog
from artengine.reference import about
from pages.markdown import cell, row

INTRODUCTION = """\
# Effects

Use effects in `[[feedback]]`, `[[state]]` or `[[output]]` of a preset. Nearly every number of an
effect can be a [curve](curves.md), every effect takes a [mask](masks.md), and many numbers take a
field. [Parameters of effects](effects-parameters.md) explains the parameter names that effects
share, and the [reference](reference.md#effects) lists the parameters of each effect. This page is
generated; `python docs/sheet.py` draws the pictures.

[![The result of every effect for one picture](effects.jpg)](effects.jpg)

At 512x512 each effect takes less time than the network of `swift`, except for `codec-mosh`, which
starts ffmpeg twice for each frame.
"""

GROUPS: Mapping[str, Sequence[str]] = {
    "Geometry": (
        "zoom",
        "rotate",
        "shift",
        "swirl",
        "mirror",
        "kaleidoscope",
        "perspective",
        "shake",
        "polar",
        "tile",
        "droste",
        "lens",
        "follow",
    ),
    "Distortion": (
        "displace",
        "displace-map",
        "wave",
        "ripple",
        "fluid",
    ),
    "Colours": (
        "levels",
        "tone-curve",
        "hue",
        "saturation",
        "lut",
        "gradient-map",
        "duotone",
        "invert",
        "channel-mixer",
        "thermal",
        "false-colour",
        "bleach",
        "posterise",
        "quantise",
        "solarise",
        "clip",
        "match",
        "coherence",
    ),
    "Filters": (
        "noise",
        "blur",
        "radial-blur",
        "sharpen",
        "glow",
        "bloom",
        "median",
        "kuwahara",
        "bilateral",
        "emboss",
        "edges",
        "morphology",
    ),
    "Time": (
        "trails",
        "echo",
        "slit-scan",
        "time-displace",
        "stutter",
        "freeze",
        "reverse",
        "shuffle",
        "slow-motion",
    ),
    "Datamoshing": (
        "datamosh",
        "mosh-bloom",
        "motion-lag",
        "p-frames",
        "codec-mosh",
        "block-glitch",
    ),
    "Video, tubes and film": (
        "vhs",
        "crt",
        "scanlines",
        "interlace",
        "sync-loss",
        "tear",
        "channel-shift",
        "chromatic-aberration",
        "film-burn",
        "gate-weave",
    ),
    "Files, screens and print": (
        "jpeg",
        "bit-planes",
        "byte-corruption",
        "pixelate",
        "pixel-sort",
        "halftone",
        "dither",
        "ascii",
    ),
    "Patterns": (
        "voronoi",
        "reaction-diffusion",
        "contours",
        "stipple",
    ),
    "Layers": (
        "blend",
        "picture-in-picture",
        "gate",
        "negative-mix",
    ),
    "Enlarging": ("upscale",),
}
"""Every packaged effect, by group."""

COLUMNS = 7
WIDTH, HEIGHT, CAPTION = 204, 136, 14
"""The tiles of effects.jpg, as docs/sheet.py draws them."""


def page(catalog: Catalog) -> str:
    """Return the whole page in Markdown."""
    places = {name: place for place, name in enumerate(catalog.effects, 1)}
    parts = [INTRODUCTION]
    for title, names in GROUPS.items():
        parts += [
            f"## {title}\n",
            row("effect", "what the picture looks like", ""),
            row(*["---"] * 3),
        ]
        for name in names:
            link = f"[{name}](reference.md#effect-{name})"
            parts.append(row(link, cell(about(catalog.effects[name])), tile(places[name])))
        parts.append("")
    return "\n".join(parts)


def tile(place: int) -> str:
    """Return the HTML of an effect's picture, a part of effects.jpg; only the site shows it."""
    left, top = place % COLUMNS * WIDTH, place // COLUMNS * (HEIGHT + CAPTION) + CAPTION
    return f'<span class="effect" style="background-position: -{left}px -{top}px"></span>'
