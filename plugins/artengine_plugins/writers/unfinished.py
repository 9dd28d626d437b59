"""Unfinished files: written beside the target under another name, and renamed once whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from secrets import token_hex

from artengine.api import WriterError


class Unfinished:
    """A temporary name in the target's folder, so that renaming is one step on one disk.

    Args:
        target: the file or folder that will be there at the end.
        suffix: ending of the temporary name.

    Raises:
        WriterError: when nothing can be written in that folder.
    """

    def __init__(self, target: Path, suffix: str = ".part") -> None:
        self.target = target
        self.path = target.with_name(f".{target.name[:100]}.{token_hex(4)}{suffix}")
        try:
            self.path.touch(exist_ok=False)
            self.path.unlink()
        except OSError as error:
            raise cannot_write(target, error) from error

    def keep(self, finish: Callable[[Path], None] | None = None) -> None:
        """Give the file its final name, after `finish` has done its last work on it.

        Raises:
            WriterError: when that fails; what is unfinished is removed.
        """
        try:
            if finish is not None:
                finish(self.path)
            self.path.replace(self.target)
        except OSError as error:
            self.remove()
            raise cannot_write(self.target, error) from error

    def remove(self) -> None:
        """Remove what is unfinished; never raises."""
        with suppress(OSError):
            if self.path.is_dir():
                shutil.rmtree(self.path)
            else:
                self.path.unlink(missing_ok=True)


def cannot_write(target: Path, error: OSError) -> WriterError:
    """The error to raise when the system refuses to write `target`."""
    reason = (error.strerror or str(error)).lower()
    remedy = "make room, or choose" if error.errno == ENOSPC else "choose"
    return WriterError(f"{target} cannot be written: {reason}; {remedy} another place")
