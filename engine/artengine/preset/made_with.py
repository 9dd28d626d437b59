"""What a recipe says of how its film was made: versions, and digests of the files it read.

    [made_with]
    engine = "0.2.0"
    weights = "sha256:98ab..."
    plugins = { my-glow = "my_effects 1.2" }
    files = { "clip.mp4" = "sha256:4f0c..." }

A recipe holds no absolute paths, which would name the user's folders and mean nothing elsewhere.
A file in the recipe's folder has its path from there. Of another one only the name is kept; on the
same machine it is found again among the files that the user has named, by its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from artengine.digest import file_digest
from artengine.preset.files import remembered

MADE_WITH = "made_with"
"""What the table is called."""


@dataclass(frozen=True, slots=True)
class MadeWith:
    """How a recipe's film was made.

    Args:
        engine: the engine's version.
        weights: the digest of the network's weights.
        plugins: who provided each plugin that is not the engine's own, by the plugin's name.
        files: the digest of each file that the recipe names, by its path in the recipe.
    """

    engine: str = ""
    weights: str = ""
    plugins: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, table: object) -> Self:
        """Read a recipe's table. Values of a wrong type are left out."""
        if not isinstance(table, Mapping):
            return cls()
        engine, weights = (str(table.get(name, "")) for name in ("engine", "weights"))
        return cls(engine, weights, _texts(table, "plugins"), _texts(table, "files"))

    def table(self) -> dict[str, Any]:
        """What a recipe writes."""
        written = {
            "engine": self.engine,
            "weights": self.weights,
            "plugins": dict(self.plugins),
            "files": dict(self.files),
        }
        return {name: value for name, value in written.items() if value}

    def find(self, written: str, folder: Path) -> tuple[str, bool]:
        """The path of a file that a recipe names.

        The file that the film was made from is looked for where the recipe says, then among the
        files that the user has named before.

        Args:
            written: its path in the recipe.
            folder: the recipe's folder.

        Returns:
            The path, and whether the file there is the one that the film was made from. Where
            that one is not found, a file of the same name takes its place; where there is none
            either, the path is the written one.
        """
        if written not in self.files:
            return written, True
        parts = Path(written).parts
        known = [path for path in sorted(remembered()) if Path(path).parts[-len(parts) :] == parts]
        options = [path for path in (str(folder / written), *known) if _is_there(Path(path))]
        digest = self.files[written]
        same = [path for path in options if digest_of(Path(path)) == digest]
        return (same or options or [written])[0], bool(same or not options)


def digest_of(path: Path) -> str:
    """The digest of a file as recipes write it; a folder or pattern has an empty one."""
    try:
        return f"sha256:{file_digest(path)}" if path.is_file() else ""
    except OSError:
        return ""


def _is_there(path: Path) -> bool:
    """Whether a file or folder is there, or that which a pattern begins in."""
    try:
        return path.exists() or (any(c in path.name for c in "*?[") and path.parent.is_dir())
    except (OSError, ValueError):
        return False


def _texts(table: Mapping[str, Any], name: str) -> dict[str, str]:
    given = table.get(name)
    pairs = given.items() if isinstance(given, Mapping) else ()
    return {str(key): value for key, value in pairs if isinstance(value, str)}
