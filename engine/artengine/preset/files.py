"""Which files a preset may name: those beside it, unless the user named them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from glob import has_magic, iglob
from pathlib import Path, PurePosixPath, PureWindowsPath

from artengine import folders
from artengine.names import name_problem
from artengine.pack_folders import pack_of
from artengine.params import quoted
from artengine.preset.layer import Layer
from artengine.preset.toml_text import PLAIN_PATHS
from artengine.subprocesses import command_line

_ESCAPED = {"\b": "b", "\t": "t", "\n": "n", "\f": "f", "\r": "r", "\x1b": "e"}
"""Control characters that TOML writes as a backslash and a letter."""

_WILDCARD = re.compile(r"[*?\[]")


class PathError(ValueError):
    """A path that a preset may not name; the message says why and what to do."""


def readable(given: str, layer: Layer, override: str = "") -> str:
    """Return the absolute form of a path to read, or of a pattern.

    A preset from a stranger is data: its paths stay in its own folder, the working folder and the
    user's own, or are among those that `remember` noted. A preset of an installed pack reads files
    of that pack alone. Paths that the user names on a command line go anywhere.

    Args:
        given: what was written.
        layer: where it was written.
        override: how the user names the path, as "source.path"; empty where no override can.

    Raises:
        PathError: when it may not be read.
    """
    _check_text(given)
    try:
        whole = layer.folder.absolute() / Path(given).expanduser()
        fixed, rest = _split(whole)
        real = fixed.resolve()
        pack = pack_of(layer.folder)
        roots = [pack] if pack else [layer.folder, Path.cwd(), folders.home()]
        roots = [root.resolve() for root in roots]
    except (OSError, ValueError, RuntimeError) as error:
        said = getattr(error, "strerror", None) or error
        raise PathError(f"{quoted(given)} given, which is no path: {said}") from error
    if ".." in whole.parts:
        whole = real.joinpath(*rest)
    inside = ".." not in rest and any(real.is_relative_to(root) for root in roots)
    if not inside and not layer.named and (pack or str(whole) not in remembered()):
        words = command_line(["--set", f"{override}={given}"])
        remedy = f"pass it yourself with {words}"
        fence = "its pack" if pack else "the folders that a preset may read"
        raise PathError(
            f"{quoted(given)} given, which is outside of {fence}; if you trust it, "
            f"{remedy if override else 'copy it beside the preset'}"
        )
    return str(whole)


def _split(path: Path) -> tuple[Path, tuple[str, ...]]:
    """Part a pattern into the folder it surely starts in and the rest."""
    if not path.exists():
        for count, part in enumerate(path.parts):
            if _WILDCARD.search(part):
                return Path(*path.parts[:count]), path.parts[count:]
    return path, ()


def is_there(path: str) -> bool:
    """Whether there is a file or folder at an absolute path, or one that a pattern fits."""
    try:
        if Path(path).exists():
            return True
        return has_magic(path) and any(iglob(path, recursive=True))  # noqa: PTH207 - of any folder
    except (OSError, ValueError):
        return False


def writable(given: str, layer: Layer) -> None:
    """Check a path to write, which a preset may place below the working folder only.

    Hidden files are refused as well, because no film is hidden.

    Raises:
        PathError: when it may not be written.
    """
    parts = [part for part in re.split(r"[\\/]", given) if part != "."]
    absolute = PurePosixPath(given).is_absolute() or bool(PureWindowsPath(given).anchor)
    climbs = any(part.startswith(".") for part in parts) or given.startswith(("~", "-"))
    if not layer.named and (absolute or climbs):
        raise PathError(
            f"{quoted(given)} given; allowed: a relative path, no part beginning with a dot"
        )
    _check_text(given)
    # What a stranger's preset writes has a name that every system takes.
    windows = sys.platform == "win32" or not layer.named
    problems = (name_problem(part, windows=windows) for part in parts)
    problem = next(filter(None, problems), "")
    if problem:
        raise PathError(f"{quoted(given)} given; {problem}")
    if not layer.named and not _is_inside(Path.cwd() / given, Path.cwd()):
        raise PathError(
            f"{quoted(given)} given, which leads by a link out of the working folder; a preset "
            "writes inside of it only"
        )


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder, links followed; one in a circle of links lies nowhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _check_text(given: str) -> None:
    """Refuse characters that no path is meant to hold. Raises PathError."""
    control = next((letter for letter in given if ord(letter) < 32), "")
    if control and control in _ESCAPED:
        written = f"\\{_ESCAPED[control]}"
        raise PathError(
            f"{quoted(given)} given, in which TOML reads {written} as one character; {PLAIN_PATHS}"
        )
    if control:
        raise PathError(
            f"{quoted(given)} given, which is no path: it holds a control character; remove it"
        )


def _record() -> Path:
    return folders.home() / "named-files.txt"


def remembered() -> frozenset[str]:
    """The absolute paths and patterns that `remember` noted."""
    try:
        return frozenset(_record().read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def remember(paths: Iterable[str]) -> None:
    """Note absolute paths that the user named, or that a training or a batch reads.

    Recipes which hold them can then be read from any folder.

    A disk that does not take the note is no reason to stop: the user then names the path again.
    """
    new = sorted(set(paths) - remembered())
    if not new:
        return
    try:
        _record().parent.mkdir(parents=True, exist_ok=True)
        with _record().open("a", encoding="utf-8") as record:
            record.writelines(f"{path}\n" for path in new if "\n" not in path)
    except OSError:
        return
