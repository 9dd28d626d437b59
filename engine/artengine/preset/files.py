"""Access control for files in presets: those in its folder, and those that the user named."""

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
"""Control characters that TOML escapes as a backslash and a letter."""

_WILDCARD = re.compile(r"[*?\[]")


class PathError(ValueError):
    """A path that is not allowed in a preset; the message has the reason and a remedy."""


def readable(given: str, layer: Layer, override: str = "") -> str:
    """Return the absolute form of a path to read, or of a pattern.

    Presets are untrusted: their paths must be in their own folder, the working folder or the user's
    folder, or among those that `remember` recorded. A preset of an installed pack may read only
    files of that pack. Paths that the user gives on a command line may point anywhere.

    Args:
        given: the path in the preset.
        layer: the layer of the path.
        override: the path's address in an override, such as "source.path"; empty if there is none.

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
        cause = getattr(error, "strerror", None) or error
        raise PathError(f"{quoted(given)} given, which is no path: {cause}") from error
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
    """Split a pattern into the folder before its first wildcard and the rest."""
    if not path.exists():
        for count, part in enumerate(path.parts):
            if _WILDCARD.search(part):
                return Path(*path.parts[:count]), path.parts[count:]
    return path, ()


def is_there(path: str) -> bool:
    """Return whether an absolute path exists, or a pattern matches at least one."""
    try:
        if Path(path).exists():
            return True
        return has_magic(path) and any(iglob(path, recursive=True))  # noqa: PTH207 - of any folder
    except (OSError, ValueError):
        return False


def writable(given: str, layer: Layer) -> None:
    """Check a path to write; a preset may only write below the working folder.

    Hidden files are rejected too, because films are never hidden.

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
    # File names in untrusted presets must be valid on every system.
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
    """Whether a path is inside a folder, after following links; False for a cycle of links."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _check_text(given: str) -> None:
    """Reject control characters. Raises PathError."""
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
    """Return the absolute paths and patterns that `remember` recorded."""
    try:
        return frozenset(_record().read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def remember(paths: Iterable[str]) -> None:
    """Record absolute paths that the user named, or that a training or a batch reads.

    Recipes with these paths can then be read from any folder.

    Errors in writing the record are ignored: the user then names the path again.
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
