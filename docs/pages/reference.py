"""The reference: what presets may say, from what plugins and settings declare."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from artengine.audio import FEATURES
from artengine.bend import BENDS, Bend
from artengine.catalog import KINDS, Catalog, Kind
from artengine.curves.functions import vocabulary
from artengine.loss_weights import LossWeights
from artengine.masks.functions import vocabulary as pictures
from artengine.params import Plugin
from artengine.preset.audio_settings import AudioSettings, FeatureSettings
from artengine.preset.bend_tables import ABOUT as BEND
from artengine.preset.explain import MASKS, WEIGHTS
from artengine.preset.govern_settings import GovernSettings
from artengine.preset.named_curves import ABOUT as CURVES
from artengine.preset.time_settings import TimeSettings
from artengine.preset.weight_tables import WeightBlend
from artengine.reference import Parameter, about, all_parameters, parameters
from artengine.settings import DreamSettings, TrainSettings
from pages.markdown import cell, row

INTRODUCTION = """\
# Reference

What presets may say: every plugin that ships, its parameters, and the keys of `[dream]`, `[time]`
and `[train]`. The page is generated; `artengine plugins show NAME` and `artengine presets explain`
tell the same on the command line, of your own plugins too. A parameter marked *curve* takes a
curve, or an expression in a text, in place of a number; one marked *field* takes a field as well,
which is another number at each pixel (see [Masks and fields](#masks-and-fields)).
"""

SETTINGS: dict[str, type[BaseModel]] = {
    "model.weights": WeightBlend,
    "dream": DreamSettings,
    "time": TimeSettings,
    "audio.NAME": AudioSettings,
    "audio.NAME.FEATURE": FeatureSettings,
    "[govern]": GovernSettings,
    "train": TrainSettings,
    "train.loss": LossWeights,
}

EXPRESSIONS = """\
A text in place of a number is an expression. It is calculated for each frame from numbers, the
names below and those of `[curves]`, `+ - * / % **`, `< <= > >= == !=`, `and`, `or`, `not`, brackets
and functions. A comparison is 1 or 0. What it gives is kept inside the bounds of the number that it
drives. An expression has at most 1,000 characters, 200 numbers, names and operators, and 32 levels
of brackets.
"""

SOUNDS = """\
Every sound of `[audio]` has these, from 0 to 1 over its length, and 0 where it is silent or over.
Expressions read them as `kick` where the preset has one sound, and as `NAME.kick` in any case; and
`NAME.beat` and `NAME.bar`, which go from 0 to 1 in each beat and bar of `[time]`.
"""

TITLES: dict[str, str] = {
    "source": "Sources",
    "model": "Models",
    "effect": "Effects",
    "writer": "Writers",
    "curve": "Curves",
}


def page(catalog: Catalog) -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION]
    for name, table in SETTINGS.items():
        said = [f"{WEIGHTS[0].upper()}{WEIGHTS[1:]}\n"] if table is WeightBlend else []
        parts += [f"## `[{name}]`\n", *said, *keys(parameters(table))]
    parts += list(features())
    parts += ["## `[curves]`\n", f"{CURVES}\n"]
    parts += list(bends())
    for kind in KINDS:
        parts += list(plugins(kind, catalog))
    parts += expressions()
    parts += masks()
    return "\n".join(parts)


def plugins(kind: Kind, catalog: Catalog) -> Iterator[str]:
    """A kind's plugins: a table of all of them, then each with its parameters."""
    known = catalog.plugins(kind)
    yield f"## {TITLES[kind]}\n"
    yield row(kind, "what it is" if kind != "effect" else "what the picture looks like")
    yield row("---", "---")
    for name, plugin in known.items():
        yield row(f"[{name}](#{kind}-{name})", cell(about(plugin)))
    yield ""
    controls = next(iter(known.values())).controls
    if controls:
        yield f"Every {kind} also takes:\n"
        yield from keys(parameters(controls))
    for name, plugin in known.items():
        yield f"### {kind.capitalize()}: {name}\n"
        yield f"{full(plugin)}\n"
        suffixes = getattr(plugin, "suffixes", ())
        if suffixes:
            yield f"Endings: {', '.join(f'`{suffix}`' for suffix in suffixes)}.\n"
        yield from keys(parameters(plugin))


def full(plugin: type[Plugin]) -> str:
    """A plugin's own docstring, a paragraph a line; indented code stays as it is."""
    paragraphs = inspect.cleandoc(plugin.__doc__ or "").split("\n\n")
    return "\n\n".join(
        paragraph if paragraph.startswith("    ") else " ".join(paragraph.split())
        for paragraph in paragraphs
    )


def keys(listed: Iterable[Parameter]) -> Iterator[str]:
    """A table of parameters; nothing where there is none."""
    listed = list(listed)
    if not listed:
        return
    yield row("key", "default", "takes", "meaning")
    yield row("---", "---", "---", "---")
    for each in listed:
        takes = cell(each.allowed) + (f", {each.unit}" if each.unit else "")
        takes += "; *curve*" if each.curve else ""
        takes += "; *field*" if each.field else ""
        yield row(f"`{each.name}`", default(each), takes, cell(each.about))
    yield ""


def default(parameter: Parameter) -> str:
    """What a parameter is where a preset says nothing."""
    if parameter.required:
        return "required"
    if parameter.default is None:
        return ""
    return f"`{json.dumps(parameter.default, ensure_ascii=False)}`"


def bends() -> Iterator[str]:
    """The bends: what all of them take, and the operations with what is their own."""
    yield "## `[[bend]]`\n"
    yield f"{BEND}\n"
    yield from keys(all_parameters(Bend))
    yield row("operation", "key", "takes", "what it does")
    yield row("---", "---", "---", "---")
    for name, kind in BENDS.items():
        for each in (each for each in parameters(kind) if each.name not in ("layer", "channels")):
            takes = cell(each.allowed) + (f", {each.unit}" if each.unit else "")
            takes += "; *curve*" if each.curve else f"; {default(each)} by default"
            said = f"{cell(about(kind))} {cell(each.about)}" if each.required else cell(each.about)
            yield row(f"`{name}`", f"`{each.name}`", takes, said)
    yield ""


def features() -> Iterator[str]:
    """The features of sounds."""
    yield "## Features of sounds\n"
    yield f"{SOUNDS}"
    yield row("feature", "what it is")
    yield row("---", "---")
    for name, said in FEATURES.items():
        yield row(f"`{name}`", cell(said))
    yield ""


def expressions() -> Iterator[str]:
    """The names and functions of expressions."""
    yield "## Expressions\n"
    yield EXPRESSIONS
    yield row("name or function", "what it is")
    yield row("---", "---")
    for written, said in vocabulary().items():
        yield row(f"`{written}`", cell(said))
    yield ""


def masks() -> Iterator[str]:
    """The names and functions of masks, and the parameters that take fields."""
    yield "## Masks and fields\n"
    yield f"{MASKS}\n"
    yield row("name or function", "what it is")
    yield row("---", "---")
    for written, said in pictures().items():
        yield row(f"`{written}`", cell(said))
    yield ""
