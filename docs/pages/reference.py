"""The reference of presets, made from the declarations of plugins and settings."""

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

The contents of a preset: every packaged plugin with its parameters, and the keys of `[dream]`,
`[time]`, `[train]` and other tables. `artengine plugins show NAME` and `artengine presets explain`
print the same on the command line, for your own plugins too. A parameter marked *curve* takes a
curve or an expression in place of a number. One marked *field* also takes a field, which has a
value for each pixel (see [Masks and fields](#masks-and-fields)). This page is generated.
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
A string in place of a number is an expression. It is evaluated for each frame, and can contain
numbers, the names below and those of `[curves]`, `+ - * / % **`, `< <= > >= == !=`, `and`, `or`,
`not`, parentheses and functions. A comparison is 1 or 0. The result is clamped to the bounds of the
parameter. An expression has at most 1,000 characters, 200 numbers, names and operators, and 32
levels of parentheses.
"""

SOUNDS = """\
Every sound of `[audio]` has these features. Their values are from 0 to 1, and 0 while the sound is
silent and after its end. Expressions read them as `NAME.kick`, or as `kick` if the preset has one
sound; and `NAME.beat` and `NAME.bar`, which go from 0 to 1 in each beat and bar of `[time]`.
"""

TITLES: dict[str, str] = {
    "source": "Sources",
    "model": "Models",
    "effect": "Effects",
    "writer": "Writers",
    "curve": "Curves",
}


def page(catalog: Catalog) -> str:
    """Return the whole page in Markdown."""
    parts = [INTRODUCTION]
    for name, table in SETTINGS.items():
        description = [f"{WEIGHTS[0].upper()}{WEIGHTS[1:]}\n"] if table is WeightBlend else []
        parts += [f"## `[{name}]`\n", *description, *keys(parameters(table))]
    parts += list(features())
    parts += ["## `[curves]`\n", f"{CURVES}\n"]
    parts += list(bends())
    for kind in KINDS:
        parts += list(plugins(kind, catalog))
    parts += expressions()
    parts += masks()
    return "\n".join(parts)


def plugins(kind: Kind, catalog: Catalog) -> Iterator[str]:
    """Yield the plugins of a kind: a table of all, then each with its parameters."""
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
    """Return a plugin's docstring with each paragraph on one line; keep indented code."""
    paragraphs = inspect.cleandoc(plugin.__doc__ or "").split("\n\n")
    return "\n\n".join(
        paragraph if paragraph.startswith("    ") else " ".join(paragraph.split())
        for paragraph in paragraphs
    )


def keys(listed: Iterable[Parameter]) -> Iterator[str]:
    """Yield a table of parameters; nothing if there are none."""
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
    """Return the default value of a parameter in Markdown."""
    if parameter.required:
        return "required"
    if parameter.default is None:
        return ""
    return f"`{json.dumps(parameter.default, ensure_ascii=False)}`"


def bends() -> Iterator[str]:
    """Yield the bends: their common keys, and the keys of each operation."""
    yield "## `[[bend]]`\n"
    yield f"{BEND}\n"
    yield from keys(all_parameters(Bend))
    yield row("operation", "key", "takes", "what it does")
    yield row("---", "---", "---", "---")
    for name, kind in BENDS.items():
        for each in (each for each in parameters(kind) if each.name not in ("layer", "channels")):
            takes = cell(each.allowed) + (f", {each.unit}" if each.unit else "")
            takes += "; *curve*" if each.curve else f"; {default(each)} by default"
            description = (
                f"{cell(about(kind))} {cell(each.about)}" if each.required else cell(each.about)
            )
            yield row(f"`{name}`", f"`{each.name}`", takes, description)
    yield ""


def features() -> Iterator[str]:
    """Yield the features of sounds."""
    yield "## Features of sounds\n"
    yield f"{SOUNDS}"
    yield row("feature", "what it is")
    yield row("---", "---")
    for name, description in FEATURES.items():
        yield row(f"`{name}`", cell(description))
    yield ""


def expressions() -> Iterator[str]:
    """Yield the names and functions of expressions."""
    yield "## Expressions\n"
    yield EXPRESSIONS
    yield row("name or function", "what it is")
    yield row("---", "---")
    for written, description in vocabulary().items():
        yield row(f"`{written}`", cell(description))
    yield ""


def masks() -> Iterator[str]:
    """Yield the names and functions of masks."""
    yield "## Masks and fields\n"
    yield f"{MASKS}\n"
    yield row("name or function", "what it is")
    yield row("---", "---")
    for written, description in pictures().items():
        yield row(f"`{written}`", cell(description))
    yield ""
