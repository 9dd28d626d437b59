"""The class of all commands."""

from __future__ import annotations

import os
import traceback
from typing import Any

from typer.core import TyperCommand

from artengine.cli.streams import apart
from artengine.errors import PluginError, UsageError


class Command(TyperCommand):
    """A command whose answer is kept apart from everything else that is printed."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises `UsageError` when the working folder no longer exists."""
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
                # The engine never calls sys.exit; a plugin's call must not look like success.
                frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
                raise PluginError(
                    f"{frame.f_code.co_filename}, line {line}: ended the program by "
                    f"sys.exit({error.code!r}); raise an exception there instead"
                ) from error
