"""The `artengine` command: its subcommands, its global options, and how it ends."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
import traceback as traceback_module
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from artengine import __version__
from artengine.cli.commands import CommandGroup
from artengine.cli.interrupt import end, end_as_interrupt
from artengine.cli.streams import answer, own_streams, tell
from artengine.collecting import collect_as_usual
from artengine.errors import ArtengineError, UsageError, described, one_line
from artengine.subprocesses import command_line

STOPPED = 130
"""Exit code of a command that was stopped by Ctrl-C, SIGTERM or SIGHUP."""

WELCOME = f"""artengine {__version__}: a network learns a clip, then dreams endless video from it.

  artengine dream night-drive    make a film of a packaged preset
  artengine train clip.mp4       let a network learn your own clip
  artengine dream runs/clip      make a film of what it learnt

All commands: artengine --help"""
"""What `artengine` alone prints."""

MOST_LINES = 40
"""The most lines that are printed of one error."""

LONGEST_LINE = 2000
"""The most characters that are printed of one line of an error."""

MISUSE = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""Base class of usage errors of the click that typer uses; typer does not export it."""

EPILOG = """\b
Examples:
  artengine dream night-drive
  artengine train clip.mp4
  artengine dream runs/clip --seconds 20
  artengine dream daybreak --source clip.mp4
  artengine presets explain dream
  artengine --plugin my_effect.py dream my.toml

\b
Exit codes:
  0    done
  1    any other error
  2    wrong use of a command
  3    a mistake in a preset
  4    a plugin is missing or broken
  5    a video or picture cannot be read
  6    a film or picture cannot be written
  7    weights are missing or do not fit
  8    training cannot start or continue
  9    a gallery, or a piece in it, is broken
  10   a film is not what its recipe makes here
  130  stopped by Ctrl-C, SIGTERM or a closed terminal
"""


class Program(CommandGroup):
    """The group of all commands; it exits quietly on Ctrl-C and on a closed pipe."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; Ctrl-C and a closed pipe are not reported as errors."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            tell("stopped")
            raise typer.Exit(STOPPED) from None
        except BrokenPipeError:
            raise typer.Exit(1) from None
        except (ArtengineError, MISUSE, typer.Exit, typer.Abort):
            raise
        except MemoryError:
            tell("error: there is not enough memory; take smaller frames or batches")
            raise typer.Exit(ArtengineError.exit_code) from None
        except BaseException as error:
            # KeyboardInterrupt is the only other BaseException that the engine itself raises.
            if isinstance(error, OSError) and error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
                # Only a name from the user can cause these, wherever it is first used.
                name = str(error.filename)
                name = name if len(name) <= 60 else f"{name[:60]}..."
                raise UsageError(f"{name}: {error.strerror}; name another file or folder") from None
            if ctx.params["traceback"] or os.environ.get("ARTENGINE_DEBUG"):
                raise
            tell(f"error: {unexpected(error)}")
            raise typer.Exit(ArtengineError.exit_code) from None


def unexpected(error: BaseException) -> str:
    """Describe on one line an error for which the engine has no message of its own."""
    see = command_line(["artengine", "--traceback", *sys.argv[1:]])
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename is not None else ""
        return one_line(f"{place}{error.strerror}; to see where, run: {see}")
    frame, line = list(traceback_module.walk_tb(error.__traceback__))[-1]
    place = f"{Path(frame.f_code.co_filename).name}, line {line}"
    return one_line(
        f"unexpected {described(error)} ({place}); this is a fault in artengine or in a plugin: "
        f"please report it to its developers with what this prints: {see}"
    )


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
        answer(f"artengine {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    ctx: typer.Context,
    plugin: Annotated[
        list[Path] | None,
        typer.Option("--plugin", metavar="FILE.py", help="Load a plugin, for any command."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    traceback: Annotated[
        bool,
        typer.Option(
            "--traceback",
            help="Show the traceback of an unexpected error, as ARTENGINE_DEBUG=1 does.",
        ),
    ] = False,
) -> None:
    """A network learns a clip, then dreams endless video from it."""
    if ctx.invoked_subcommand is None:
        answer(WELCOME)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: what follows `artengine`. If None, this is the program itself: arguments come
            from the shell, and it takes over streams, signals and the end of the process.
    """
    if arguments is None:
        # Pydantic would search all installed packages for its own plugins.
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
        own_streams()
        end_as_interrupt()
    _warn_plainly()
    try:
        code = app(args=arguments, prog_name="artengine", standalone_mode=False)
    except ArtengineError as error:
        _tell_error(error)
        code = error.exit_code
    except MISUSE as error:
        code = _misused(error)
    code = code if isinstance(code, int) else 0
    if arguments is None:
        end(code)
    collect_as_usual()
    return code


def _tell_error(error: ArtengineError) -> None:
    """Print an error, one line for each of its mistakes, up to a readable length."""
    lines = str(error).split("\n")
    for line in lines[:MOST_LINES]:
        tell(f"error: {line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + '...'}")
    if len(lines) > MOST_LINES:
        tell(f"error: and {len(lines) - MOST_LINES} more of this kind")


_TYPER_WORDS = {
    r"Input should be a valid \w+, unable to parse.*": "write a plain number without a unit, as 10",
    r"Input should be greater than or equal to (\S+)": r"it must be \1 or more",
    r"Input should be less than or equal to (\S+)": r"it must be \1 or less",
    r"Input should be greater than (\S+)": r"it must be above \1",
    r"Input should be less than (\S+)": r"it must be below \1",
}
"""Typer's messages about an option's value, and their replacements."""


def _misused(error: Any) -> int:
    """Print on one line what is wrong with a command line, and return the exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":
        answer(error.format_message())
        return 0
    message = one_line(error.format_message()).rstrip(".")
    for written, instead in _TYPER_WORDS.items():
        message = re.sub(written, instead, message)
    command = error.ctx.command_path if error.ctx else "artengine"
    tell(f"error: {message[:1].lower()}{message[1:]}; see {command} --help")
    return int(error.exit_code)


class _PlainFormatter(logging.Formatter):
    """Puts each message on one line, even if texts of files or plugins in it have several."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return one_line(super().format(record))


def _warn_plainly() -> None:
    logger = logging.getLogger("artengine")
    if logging.lastResort is not None and logging.lastResort not in logger.handlers:
        # Unlike a handler of our own, this one follows sys.stderr, which progress bars replace.
        logging.lastResort.setFormatter(_PlainFormatter("warning: %(message)s"))
        logger.addHandler(logging.lastResort)
        logger.propagate = False
