"""The `artengine` command: its subcommands, its global options, and how it ends."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

from artengine import __version__
from artengine.cli.batch import batch
from artengine.cli.bench import bench
from artengine.cli.doctor import doctor
from artengine.cli.dream import dream
from artengine.cli.gallery import gallery_app
from artengine.cli.interrupt import end_as_interrupt
from artengine.cli.measure import measure
from artengine.cli.plugins import plugins_app
from artengine.cli.prepare import prepare
from artengine.cli.presets import presets_app
from artengine.cli.train import train
from artengine.errors import ArtengineError

STOPPED = 130
"""Exit code of what was stopped with Ctrl-C or SIGTERM."""

MISUSE = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""Base of the errors of whichever click typer works with, which it does not export."""

EPILOG = """\b
Examples:
  artengine dream night-drive
  artengine train night-drive --minutes 10 -o runs/mine
  artengine measure night-drive.mp4 --source clip.mp4
  artengine plugins show trails
  artengine --plugin my_effect.py dream my.toml

\b
Exit codes:
  0    done
  1    an error without a code of its own
  2    the command was used wrongly
  3    a preset holds mistakes
  4    a plugin is missing or broken
  5    video or pictures cannot be read
  6    a film or picture cannot be written
  7    weights are missing or belong to another network
  8    training cannot start or go on
  9    a gallery or a piece of it is broken
  130  stopped with Ctrl-C or SIGTERM
"""


class Program(TyperGroup):
    """The group of all commands; it knows how to end when it is told to stop."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; Ctrl-C and a reader that has gone away are no errors."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)
            raise typer.Exit(STOPPED) from None
        except BrokenPipeError:
            # Python would complain about it once more when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        return result


app = typer.Typer(
    name="artengine",
    cls=Program,
    epilog=EPILOG,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"artengine {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    ctx: typer.Context,
    plugin: Annotated[
        list[Path] | None,
        typer.Option("--plugin", metavar="FILE.py", help="Load a plugin; before any command."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A network learns a clip, then dreams endless video from it."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


for command in (dream, train, prepare, measure, batch, bench, doctor):
    app.command()(command)
for group in (presets_app, plugins_app, gallery_app):
    app.add_typer(group)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code.

    Args:
        arguments: what follows `artengine`; by default what the shell gave.
    """
    _warn_plainly()
    if arguments is None:
        end_as_interrupt()
    try:
        return _run(arguments)
    finally:
        if arguments is None:
            # Python takes a while to end, and one more wish to stop would change its exit code.
            for wish in (signal.SIGINT, signal.SIGTERM):
                signal.signal(wish, signal.SIG_IGN)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = app(args=arguments, prog_name="artengine", standalone_mode=False)
    except ArtengineError as error:
        for line in str(error).splitlines():
            typer.echo(f"error: {line}", err=True)
        return error.exit_code
    except MISUSE as error:
        return _misused(error)
    except MemoryError:
        typer.echo("error: the memory does not suffice; take smaller frames or batches", err=True)
        return ArtengineError.exit_code
    return code if isinstance(code, int) else 0


def _misused(error: Any) -> int:
    """Say what is wrong with a command line, on one line."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return 0
    said = " ".join(error.format_message().split()).rstrip(".")
    command = error.ctx.command_path if error.ctx else "artengine"
    typer.echo(f"error: {said[:1].lower()}{said[1:]}; see {command} --help", err=True)
    return int(error.exit_code)


def _warn_plainly() -> None:
    logger = logging.getLogger("artengine")
    if logging.lastResort is not None and logging.lastResort not in logger.handlers:
        # Unlike a handler of our own, this one follows sys.stderr, which progress bars replace.
        logging.lastResort.setFormatter(logging.Formatter("warning: %(message)s"))
        logger.addHandler(logging.lastResort)
        logger.propagate = False
