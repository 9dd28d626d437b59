"""`artengine recipe`: print or remove the recipe that a film carries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from artengine.cli.command import Command
from artengine.cli.options import AsJson, PluginFiles
from artengine.cli.streams import answer, tell
from artengine.errors import UsageError, WriterError

_HELP = ("-h", "--help")


class _Recipe(TyperGroup):
    """A group that shows the recipe of a file if one is named in place of a command."""

    default = "show"
    """The command that may be omitted."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Insert the default command if none is named."""
        if args and args[0] not in (*self.commands, *_HELP):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


recipe_app = typer.Typer(
    name="recipe",
    cls=_Recipe,
    help="Print the recipe of a film: artengine recipe FILM.",
    no_args_is_help=True,
)

Film = Annotated[
    Path,
    typer.Argument(
        metavar="FILM", help="A film, a picture, a folder of frames, a gallery piece or a run."
    ),
]


@recipe_app.command(cls=Command)
def show(
    film: Film,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.toml", help="A new file to write it to."),
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """Print the recipe of a film, which is a preset that runs.

    The word show may be omitted. Recipes of earlier versions are brought up to date. The table
    [made_with] holds versions, and digests by which files are found again.

    Examples:

        artengine recipe night-drive.mp4

        artengine recipe show night-drive.mp4 -o mine.toml

        artengine recipe runs/clip --json
    """
    from artengine.catalog import load_catalog
    from artengine.preset import load_recipe
    from artengine.preset.toml_text import parse_toml

    text = load_recipe(film, load_catalog(plugin or []))
    if output is not None:
        _write(text, output)
    elif as_json:
        answer(json.dumps(parse_toml(text), indent=2))
    else:
        answer(text, end="")


@recipe_app.command(cls=Command)
def strip(
    film: Annotated[
        Path,
        typer.Argument(metavar="FILM", help="A film, a picture or a folder of frames."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write a copy, and keep FILM."),
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Remove the recipe and the title from a film.

    Pictures and sound stay identical to the last bit. Without --output the film itself is changed,
    and a recipe file next to it is removed.

    Examples:

        artengine recipe strip night-drive.mp4

        artengine recipe strip night-drive.mp4 -o plain.mp4

        artengine recipe strip frames/
    """
    from artengine.catalog import load_catalog
    from artengine.counts import counted
    from artengine.preset.carried import strip_recipe

    done = strip_recipe(film, load_catalog(plugin or []), output)
    if film.is_dir():
        tell(f"took the recipe out of {counted(len(done), 'file')}")
        answer(str(film))
        return
    for file in done:
        answer(str(file))


def _write(text: str, output: Path) -> None:
    if output.suffix != ".toml":
        raise UsageError(f"{output}: a preset's name ends in .toml")
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{output} is there already and is kept; choose another name") from error
    except OSError as error:
        raise WriterError(f"cannot write {output}: {error.strerror}") from error
    answer(str(output))
