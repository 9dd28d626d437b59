"""`artengine verify`: check whether a film is what its recipe renders here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from artengine.cli.options import AsJson, PluginFiles
from artengine.cli.streams import answer, tell
from artengine.counts import counted
from artengine.errors import ArtengineError, DiffersError

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.dream.verify import Verified


UNKNOWN = (
    "nothing that the recipe records has changed: it may be the processor or graphics card, or a "
    "change of the engine within its version"
)


def verify(
    films: Annotated[
        list[Path],
        typer.Argument(metavar="FILM", help="Films, folders of frames, or gallery pieces."),
    ],
    frames: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="How many frames to render again, from the first on. The first 8 and 8 of the "
            "others are compared.",
        ),
    ] = 48,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, max=2**32 - 1, help="Chooses the other frames.")
    ] = 0,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Check whether a film is what its recipe renders here.

    The first frames and some random ones are rendered again. Encoding a film changes it a little,
    so the new frames are encoded in the same way: the film counts as the same if it differs from
    them by no more than encoding does. Otherwise the difference is reported, and what has changed:
    engine, arithmetic, weights, source or plugins. If none of these has, the whole film is rendered
    to be sure. The exit code is 10 if a film differs.

    Examples:

        artengine verify night-drive.mp4

        artengine verify night-drive.mp4 --frames 240 --seed 3

        artengine verify gallery/*/film.mp4 --json
    """
    from artengine.catalog import load_catalog

    catalog = load_catalog(plugin or [])
    results: list[dict[str, Any]] = []
    errors: list[ArtengineError] = []
    for film in films:
        try:
            found = _verify(film, catalog, frames, seed)
        except ArtengineError as error:
            errors.append(error)
            results.append({"film": str(film), "error": str(error)})
            if len(films) > 1:
                tell(f"{film}: {error}")
            continue
        results.append({"film": str(film), **found.as_data()})
        if not as_json:
            answer("\n".join(_formatted(film, found)))
    if as_json:
        answer(json.dumps(results[0] if len(films) == 1 else results, indent=2))
    if len(films) == 1 and errors:
        raise errors[0]
    different = [each["film"] for each in results if not each.get("same", True)]
    if different:
        raise DiffersError(*(f"{film}: not what its recipe makes here" for film in different))
    if errors:
        raise type(errors[0])(f"{len(errors)} of {len(films)} films could not be verified")


def _verify(film: Path, catalog: Catalog, frames: int, seed: int) -> Verified:
    from artengine.cli.progress import bar
    from artengine.dream.verify import verify as verify_film
    from artengine.errors import UsageError
    from artengine.gallery.piece import FILM
    from artengine.near_file import near_file
    from artengine.preset import load_preset
    from artengine.preset.carried import carried_recipe, frames_in
    from artengine.preset.find import is_file

    if not film.exists():
        raise UsageError(f"there is no film at {film}{near_file(film)}")
    if film.suffix == ".toml":
        raise UsageError(
            f"{film} is a preset or recipe and no film; verify takes a film, and "
            f"artengine dream {film} makes one"
        )
    path = film
    if film.is_dir():
        pictures = frames_in(film, catalog)
        if not pictures and not is_file(film / FILM):
            raise UsageError(f"{film} holds no film; name a film or a folder of frames")
        path = film if pictures else film / FILM
        made = pictures[0] if pictures else path
    else:
        made = film
        if path in frames_in(film.parent, catalog):
            path = film.parent
    if not carried_recipe(made, catalog):
        raise UsageError(f"{made} carries no recipe; give a film that carries one")
    preset = load_preset(made, catalog)
    with bar(f"verifying {film.name}", "frames") as show:
        return verify_film(preset, catalog, path, frames=frames, seed=seed, progress=show)


def _formatted(film: Path, found: Verified) -> list[str]:
    """Format the result for readers."""
    rendered = counted(found.rendered, "frame")
    compared = f"{len(found.frames)} of the first {rendered} compared"
    worst = max(found.frames, key=lambda each: each.film.mean)
    off = f"at most {worst.film.mean:.2f} of 255 off on average"
    if found.exact:
        return [f"{film}: the same to the last bit ({compared})"]
    if found.same:
        codec = max(each.codec.mean for each in found.frames)
        return [f"{film}: the same ({compared}; {off}, which the codec's {codec:.2f} explains)"]
    first = next(each for each in found.frames if not each.same)
    lines = [
        f"{film}: differs from frame {first.frame} on ({compared})",
        "  frame   mean   block   codec's mean   block   (steps of 255)",
    ]
    for each in found.frames:
        row = f"  {each.frame:5} {each.film.mean:6.2f} {each.film.block:7.2f}"
        row += f" {each.codec.mean:14.2f} {each.codec.block:7.2f}"
        lines.append(row + ("" if each.same else "   differs"))
    lines += [f"  {c.what}: {c.then} made it, here it is {c.now or 'none'}" for c in found.changes]
    return lines if found.changes else [*lines, f"  {UNKNOWN}"]
