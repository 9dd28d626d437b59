"""Unfinished files: written in a hidden folder next to their target, and moved when complete."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO

from artengine.lock import try_lock
from artengine.names import cut_name

logger = logging.getLogger("artengine")

_LOCK = ".lock"
_PATTERN = re.compile(r"\..+\.[0-9a-f]{8}\.part", re.DOTALL)


class Unfinished:
    """A new folder `.NAME.TOKEN.part` next to the target, locked while it is in use.

    Args:
        target: the file or folder to create.

    Raises:
        OSError: when the folder cannot be created.
    """

    def __init__(self, target: Path) -> None:
        self.folder, self._lock = _locked_folder(target)
        self.path = self.folder / target.name
        """The path to write to; it has the name, and so the suffix, of the target."""

    def move(self, made: Path, names: Iterable[Path]) -> Path:
        """Move a file or folder to the first of these names that is free, and return that.

        Nothing is replaced, not even a file that has appeared since the names were chosen.

        Raises:
            OSError: when it cannot be moved.
        """
        for name in names:
            if not os.path.lexists(name) and _renamed(made, name):
                return name
        raise FileExistsError(f"no name is free for {made}")

    def replace(self, made: Path, target: Path) -> None:
        """Replace a file or folder by `made`, and remove the old one afterwards.

        Raises:
            OSError: when it cannot be replaced; the old one is then kept.
        """
        if not target.is_dir() or target.is_symlink():
            made.replace(target)
            return
        old = self.folder / "replaced"
        target.rename(old)
        try:
            made.rename(target)
        except OSError:
            old.rename(target)
            raise

    def keep(self) -> None:
        """Unlock the folder and leave it and its content to the user."""
        self._lock.close()
        with suppress(OSError):
            (self.folder / _LOCK).unlink()

    def remove(self) -> None:
        """Remove the folder and its content, unless it was kept; never raises."""
        if self._lock.closed:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()
        # Windows does not remove open files such as the lock.
        shutil.rmtree(self.folder, ignore_errors=True)


def _locked_folder(target: Path) -> tuple[Path, IO[bytes]]:
    while True:
        folder = target.with_name(f".{cut_name(target.name, 100)}.{token_hex(4)}.part")
        folder.mkdir()
        lock = try_lock(folder / _LOCK)
        if lock is not None:
            return folder, lock


def _renamed(made: Path, name: Path) -> bool:
    """Rename without replacing; False if the name has just been taken."""
    try:
        if sys.platform == "win32" or made.is_dir():
            made.rename(name)
        else:
            _link(made, name)
    except FileExistsError:
        return False
    except OSError:
        if os.path.lexists(name):
            return False
        raise
    return True


def _link(made: Path, name: Path) -> None:
    """Rename a file if its new name is free; a plain rename would replace an existing file."""
    try:
        name.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        made.rename(name)
    else:
        made.unlink()


def remove_leftovers(folder: Path, say: Callable[[str], None] = logger.warning) -> None:
    """Remove unfinished files in a folder that killed processes left, and report each.

    Those of running processes are locked and stay.
    """
    with suppress(OSError):
        for entry in folder.iterdir():
            if _PATTERN.fullmatch(entry.name):
                with suppress(OSError):
                    _remove_if_abandoned(entry, say)


def _remove_if_abandoned(folder: Path, say: Callable[[str], None]) -> None:
    lock = folder / _LOCK
    if folder.is_symlink() or lock.is_symlink() or not lock.is_file():
        return
    held = try_lock(lock)
    if held is None:
        return
    with held:
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        shutil.rmtree(folder)
    say(f"removed {folder}: {size / 1e6:.1f} MB that a killed command left")
