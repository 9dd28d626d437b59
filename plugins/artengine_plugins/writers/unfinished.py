"""Unfinished files: written beside the target under another name, and renamed once whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from errno import ENOSPC
from itertools import count
from pathlib import Path
from secrets import token_hex

from artengine.api import WriterError


class Unfinished:
    """A temporary name in the target's folder, so that renaming is one step on one disk.

    Args:
        target: the file or folder that will be there at the end.
        suffix: ending of the temporary name.
        folder: whether a folder will be there, and not a file.

    Raises:
        WriterError: when nothing can be written in that folder, or when a folder stands where a
            file would go.
    """

    def __init__(self, target: Path, suffix: str = ".part", *, folder: bool = False) -> None:
        if not folder and target.is_dir():
            raise WriterError(f"{target} is a folder where a file would go; choose another name")
        self.target = target
        self._kept = False
        self.path = target.with_name(f".{target.name[:100]}.{token_hex(4)}{suffix}")
        try:
            self.path.touch(exist_ok=False)
            self.path.unlink()
        except OSError as error:
            raise cannot_write(target, error) from error

    def keep(
        self, finish: Callable[[Path], None] | None = None, *, partial: bool = False
    ) -> Path | None:
        """Give the file its final name, after `finish` has done its last work on it.

        Args:
            finish: given the path of the unfinished file.
            fragment: whether what stands at the target is kept.

        Returns:
            The name that a fragment got, where that is not the target.

        Raises:
            WriterError: when that fails. What `finish` could not finish is removed; what only
                could not be renamed is kept under another name, which the message says.
        """
        try:
            if finish is not None:
                finish(self.path)
        except BaseException as error:
            self.remove()
            if isinstance(error, OSError):
                raise cannot_write(self.target, error) from error
            raise
        self._kept = True
        if partial and os.path.lexists(self.target):
            return self._beside()
        try:
            self.path.replace(self.target)
        except OSError as error:
            raise WriterError(
                f"{self.target} cannot be written: {_reason(error)}; what was made is kept as "
                f"{self._beside()}"
            ) from error
        return None

    def _beside(self) -> Path:
        """Rename what is finished to the first free name beside the target."""
        stem, suffix = self.target.stem, self.target.suffix
        names = (self.target.with_name(f"{stem}-{number}{suffix}") for number in count(1))
        free = next(name for name in names if not name.exists())
        try:
            return self.path.rename(free)
        except OSError:
            return self.path

    def remove(self) -> None:
        """Remove what is unfinished, and nothing that was kept; never raises."""
        if self._kept:
            return
        with suppress(OSError):
            if self.path.is_dir() and not self.path.is_symlink():
                shutil.rmtree(self.path)
            else:
                self.path.unlink(missing_ok=True)


def cannot_write(target: Path, error: OSError) -> WriterError:
    """The error to raise when the system refuses to write `target`."""
    remedy = "make room, or choose" if error.errno == ENOSPC else "choose"
    return WriterError(f"{target} cannot be written: {_reason(error)}; {remedy} another place")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
