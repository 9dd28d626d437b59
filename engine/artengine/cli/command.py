"""How a command is run."""

from __future__ import annotations

import os
import traceback
from typing import Any

from typer.core import TyperCommand

from artengine.cli.streams import apart
from artengine.errors import PluginError, UsageError


class Command(TyperCommand):
    """A command: what it answers is kept apart from what else is printed while it runs."""

    def invoke(self, ctx: Any) -> Any:
        """Run it. Raises `UsageError` when the working folder does not exist any more."""
        try:
            os.getcwd()  # noqa: PTH109 - no path is needed
        except OSError as error:
            raise UsageError(
                f"the working folder cannot be used: {error.strerror}; change to another with cd"
            ) from error
        with apart():
            try:
                return super().invoke(ctx)
            except SystemExit as error:
                # Nothing of the engine ends the process; it must not look like success.
                frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
                raise PluginError(
                    f"{frame.f_code.co_filename}, line {line}: ended the program by "
                    f"sys.exit({error.code!r}); raise an exception there instead"
                ) from error
