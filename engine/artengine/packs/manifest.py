"""The manifest of a pack: `manifest.toml`, its first file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import Field, ValidationError, field_validator, model_validator

from artengine import __version__
from artengine.errors import UsageError
from artengine.names import name_problem
from artengine.pack_folders import MANIFEST
from artengine.packs.needs import lacking
from artengine.preset.recipe import plain_line, to_toml
from artengine.preset.toml_text import parse_toml
from artengine.settings_table import Settings

FORMAT = 1
"""The version of the format that this engine writes, and the latest that it reads."""

MOST_FILES = 5_000
LARGEST = 2 << 30
"""Maximum number of files of a pack, and maximum total size in bytes."""

LONGEST = 2 << 20
"""Maximum size of a manifest in bytes."""

FILMS = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg"})
"""The suffixes of video files."""

DATA = FILMS | frozenset(
    {
        *(".toml", ".h5", ".json", ".csv", ".txt", ".md", ".cube", ".gpl", ".mid", ".midi"),
        *(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"),
        *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".aif", ".aiff"),
    }
)
"""The suffixes of files that are allowed in packs: only data."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")
_VERSION = re.compile(r"[0-9A-Za-z.+!_-]{1,40}")
_DEEPEST = 4
_LONGEST_PATH = 200

Text = Annotated[str, Field(max_length=2000)]
"""A text of a manifest."""


def is_pack_name(text: str) -> bool:
    """Return whether a text is a valid pack name: a-z, 0-9, and `.`, `_`, `-` in between."""
    return bool(_NAME.fullmatch(text)) and not name_problem(text, windows=True)


def path_problem(path: str) -> str:
    """Return why a path is not allowed in a pack, or an empty string.

    Paths are relative, have at most four parts, and use names that are valid on every system.
    """
    parts = path.split("/")
    if len(path) > _LONGEST_PATH:
        return f"the path has {len(path)} characters; allowed: {_LONGEST_PATH}"
    if len(parts) > _DEEPEST:
        return f"it lies in {len(parts) - 1} folders; allowed: {_DEEPEST - 1}"
    if "\\" in path or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        return "it is no plain relative path"
    problem = next(filter(None, (name_problem(part, windows=True) for part in parts)), "")
    if problem:
        return problem
    if not path.isprintable():
        return "it holds characters that cannot be shown"
    if PurePosixPath(path).suffix.lower() not in DATA:
        return "packs hold data alone: presets, weights, pictures, sounds, films and tables"
    return ""


class PackedFile(Settings):
    """A file of a pack.

    Args:
        path: its path in the pack.
        size: its size in bytes.
        sha256: the SHA-256 of its bytes, as 64 hexadecimal digits.
    """

    path: str
    size: int = Field(ge=0, le=LARGEST)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("path")
    @classmethod
    def _is_harmless(cls, path: str) -> str:
        problem = path_problem(path)
        if problem:
            raise ValueError(problem)
        return path


class Manifest(Settings):
    """The contents, the author and the requirements of a pack.

    Args:
        format: version of the format.
        name: the pack's name.
        version: its version, such as `1.2`.
        about: what its presets look like.
        author, licence: its author and its licence.
        engine: the required versions of the engine, such as `>=0.2`.
        presets: its presets' names; each is a file `NAME.toml`.
        plugins: the required distributions with plugins, and their versions.
        poster, preview: a picture and a short film of it, if it has them.
        files: all of its files except the manifest.
    """

    format: int = Field(ge=1, strict=True)
    name: str
    version: str = "1"
    about: Text = ""
    author: Text = ""
    licence: Text = ""
    engine: str = ""
    presets: tuple[str, ...] = Field(min_length=1, max_length=1000)
    plugins: dict[str, str] = Field(default_factory=dict, max_length=100)
    poster: str | None = None
    preview: str | None = None
    files: tuple[PackedFile, ...] = Field(min_length=1, max_length=MOST_FILES)

    @field_validator("name")
    @classmethod
    def _is_name(cls, name: str) -> str:
        if not is_pack_name(name):
            raise ValueError("a pack's name has lower-case letters, digits, '.', '_' and '-'")
        return name

    @field_validator("version")
    @classmethod
    def _is_version(cls, version: str) -> str:
        # `Version` also accepts whitespace, which the name of a folder must not have.
        if not _VERSION.fullmatch(version):
            raise ValueError("no version of at most 40 characters; write it as 1.2")
        try:
            Version(version)
        except InvalidVersion:
            raise ValueError("no version; write it as 1.2") from None
        return version

    @field_validator("engine")
    @classmethod
    def _is_range(cls, engine: str) -> str:
        return _checked_range(engine)

    @field_validator("plugins")
    @classmethod
    def _name_distributions(cls, plugins: dict[str, str]) -> dict[str, str]:
        for name, versions in plugins.items():
            if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", name):
                raise ValueError("a key is no name of a distribution")
            _checked_range(versions)
        return plugins

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        paths = [file.path for file in self.files]
        folded = [path.casefold() for path in (*paths, MANIFEST)]
        if len(set(folded)) < len(folded):
            raise ValueError("two files have one name, or names that differ by case alone")
        if sum(file.size for file in self.files) > LARGEST:
            raise ValueError(f"its files have more than {LARGEST >> 20} MiB together")
        for name in self.presets:
            if "/" in name:
                raise ValueError(
                    f"its preset {name} lies in a folder; presets lie above all of them"
                )
        shown = [path for path in (self.poster, self.preview) if path]
        for path in (*(f"{name}.toml" for name in self.presets), *shown):
            if path not in paths:
                raise ValueError(f"its file {path} is missing")
        return self

    @classmethod
    def read(cls, text: str, label: str) -> Self:
        """Parse a manifest.

        Args:
            text: the TOML.
            label: the pack's name in messages.

        Raises:
            UsageError: when it is not a manifest, or is of a newer engine.
        """
        try:
            table = parse_toml(text)
        except ValueError as error:
            raise UsageError(f"{label}: {MANIFEST}: {error}") from error
        newest = table.get("format")
        if isinstance(newest, int) and newest > FORMAT:
            needed = plain_line(str(table.get("engine", "")))[:40]
            raise UsageError(
                f"{label}: its format is {newest}, of an engine newer than {__version__}"
                f"{f' ({needed})' if needed else ''}; upgrade: pip install -U artengine"
            )
        try:
            return cls.model_validate(_with_tuples(table))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            message = first["msg"].removeprefix("Value error, ")
            raise UsageError(f"{label}: {MANIFEST}: {place[:80]}: {message}") from error

    def text(self) -> str:
        """Return the manifest as TOML."""
        table = self.model_dump(mode="json", exclude_none=True)
        return to_toml({name: value for name, value in table.items() if value not in ("", {})})

    def misses(self) -> list[str]:
        """Return the requirements that this machine does not meet, each with a remedy."""
        return lacking(self.engine, self.plugins)


def _checked_range(text: str) -> str:
    if len(text) > 100:
        raise ValueError("longer than 100 characters")
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        raise ValueError("no range of versions; write it as >=0.2") from None
    return text


def _with_tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table with tuples in place of lists, for strict frozen models."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
