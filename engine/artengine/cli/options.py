"""Options that several commands share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.errors import UsageError

if TYPE_CHECKING:
    from artengine.preset import Override

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="ADDRESS=VALUE",
        help="Change one value of the preset, such as dream.truth_frames=1 or "
        "feedback.noise.amount=0.2. May be given several times.",
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        metavar="CLIP",
        help="Use this clip instead of the preset's: a video file, a folder of pictures, or a "
        "pattern such as 'photos/*.jpg'.",
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        metavar="N|WxH",
        help="Width and height at which the network dreams, in pixels, as 640x360; output effects "
        "such as upscale may enlarge the film after it.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, max=2**32 - 1, help="Another seed makes another film."),
]
Frames = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Length of the film, in frames.")
]


def _with_global(ctx: typer.Context, files: list[Path] | None) -> list[Path]:
    """Return the files named before the command, then those named after it."""
    return [*(ctx.find_root().params.get("plugin") or []), *(files or [])]


PluginFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE.py",
        help="Load a plugin from a file. May be given several times.",
        callback=_with_global,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def sized(text: str | None) -> tuple[int, int] | None:
    """Parse the value of `--size`, if there is one. Raises UsageError."""
    return None if text is None else parse_size(text)


def parse_size(text: str) -> tuple[int, int]:
    """Parse `512x256` as width and height, and `512` as a square. Raises UsageError."""
    from artengine.settings import LONGEST

    match = re.fullmatch(r"(\d+)(?:[xX](\d+))?", text.strip())
    width, height = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not (1 <= width <= LONGEST and 1 <= height <= LONGEST):
        raise UsageError(
            f'--size: "{text}" is not a size; write width and height as 640x360, or one '
            f"number for a square, each from 1 to {LONGEST} pixels"
        )
    return width, height


def overrides(
    given: list[str] | None,
    options: Mapping[str, str | float | tuple[int, int] | None],
    *,
    source: str | None = None,
) -> list[Override]:
    """Parse the overrides of a preset's values that `--set` and other options give.

    Args:
        given: values of `--set`; they come last, because a later override wins.
        options: values of other options, by address; None for those not given.
        source: value of `--source`.

    Raises:
        UsageError: when one of `given` cannot be parsed.
        SourceError: when there is no such source.
    """
    from artengine.cli.clip import source_override
    from artengine.preset import parse_overrides

    found = [] if source is None else [source_override(source)]
    for address, value in options.items():
        if value is not None:
            written = json.dumps(value, ensure_ascii=False)
            found += parse_overrides([f"{address}={written}"], f"--{address.rpartition('.')[2]}")
    return [*found, *parse_overrides(given or [])]
