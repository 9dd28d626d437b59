"""The `[made_with]` table of a recipe: versions, arithmetic, and digests of files.

    [made_with]
    engine = "0.3.0"
    arithmetic = { precision = "float32", runtime = "keras", tensorflow = "2.20.0" }
    weights = "sha256:98ab..."
    source = "sha256:77e1..."
    plugins = { my-glow = "my_effects 1.2" }
    files = { "clip.mp4" = "sha256:4f0c..." }
    bytes = { "clip.mp4" = 1482905 }

A recipe has no absolute paths, which would reveal the user's folders and be invalid elsewhere. A
file in the folder of the recipe or the preset has a relative path, any other one only its name.
On any machine that has the file it is found by its digest; see `find_again`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, get_args

from artengine.runtime_names import RuntimeName

MADE_WITH = "made_with"
"""The name of the table."""


@dataclass(frozen=True, slots=True)
class MadeWith:
    """How a recipe's film was made.

    Args:
        engine: the engine's version.
        arithmetic: precision, libraries and hardware; see `artengine.arithmetic`.
        weights: the digest of the network's weights.
        source: the digest of the source's content; see `content_digest`.
        plugins: the provider of each plugin that is not the engine's own, by the plugin's name.
        files: the digest of each file in the recipe, by its path in the recipe.
        bytes: the sizes of these files.
        origins: the origins of these files, unless the path already shows it.
    """

    engine: str = ""
    arithmetic: Mapping[str, str] = field(default_factory=dict)
    weights: str = ""
    source: str = ""
    plugins: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    bytes: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, table: object) -> Self:
        """Parse a recipe's table. Values of a wrong type and keys of later versions are ignored."""
        if not isinstance(table, Mapping):
            return cls()
        return cls(
            engine=str(table.get("engine", "")),
            arithmetic=_pairs(table, "arithmetic", str),
            weights=str(table.get("weights", "")),
            source=str(table.get("source", "")),
            plugins=_pairs(table, "plugins", str),
            files=_pairs(table, "files", str),
            bytes=_pairs(table, "bytes", int),
            origins=_pairs(table, "origins", str),
        )

    def table(self) -> dict[str, Any]:
        """Return the table for a recipe."""
        written = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in written.items()
            if value
        }


def as_made(table: Mapping[str, Any], made_with: MadeWith) -> dict[str, Any]:
    """Add the runtime of a recipe's film if the recipe does not name it.

    Recipes omitted "keras" while it was the default. A training's recipe, identified by missing
    weights, still omits the runtime: any runtime may be used.
    """
    runtime = made_with.arithmetic.get("runtime", "") if made_with.weights else ""
    dream = table.get("dream", {})
    if runtime not in get_args(RuntimeName) or not isinstance(dream, Mapping) or "runtime" in dream:
        return dict(table)
    return {**table, "dream": {**dream, "runtime": runtime}}


def content_digest(content: Mapping[str, str]) -> str:
    """Return a digest of a source's fingerprint; empty for an empty one.

    Args:
        content: the result of `Source.fingerprint`.
    """
    if not content:
        return ""
    text = json.dumps(dict(content), sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _pairs(table: Mapping[str, Any], name: str, kind: type) -> dict[str, Any]:
    given = table.get(name)
    pairs = given.items() if isinstance(given, Mapping) else ()
    return {str(key): value for key, value in pairs if isinstance(value, kind)}
