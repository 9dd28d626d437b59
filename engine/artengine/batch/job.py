"""Jobs, which describe the pieces of a batch as plain data that any process can render."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from artengine.batch.outcome import Outcome
from artengine.catalog import Catalog
from artengine.errors import ArtengineError, UsageError
from artengine.preset import Override, Preset, load_preset, parse_overrides
from artengine.subprocesses import command_line


@dataclass(frozen=True, slots=True)
class Job:
    """A piece to render, described by strings and numbers.

    Args:
        name: the piece's folder in the gallery.
        preset: the preset's name.
        recipe: the complete preset as TOML, including overrides, with absolute paths.
        seed: its seed.
        given: the preset as the user gave it.
        overrides: overrides of the preset's values, such as `dream.frames=100`.
        plugins: absolute paths of plugin files to load.
        files: absolute paths and patterns that the preset reads.
    """

    name: str
    preset: str
    recipe: str
    seed: int
    given: str
    overrides: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def command(self) -> str:
        """Return the shell command that renders the same film."""
        words = ["artengine", "dream"]
        for override in self.overrides:
            words += ["--set", override]
        for plugin in self.plugins:
            words += ["--plugin", plugin]
        return command_line([*words, "--", self.given])


def parse_seeds(text: str) -> list[int]:
    """Parse seeds: `7`, the inclusive range `0..3`, or a list of these, `1,4,8..10`.

    Raises:
        UsageError: when the text is invalid, or a seed is outside 0 to 2**32 - 1.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        if last < first or last >= 2**32 or last - first >= 100_000:
            raise UsageError(
                f'"{text}" is not a choice of seeds; write 7, 0..3 or 1,4,9, from 0 to {2**32 - 1}'
            )
        seeds += range(first, last + 1)
    return list(dict.fromkeys(seeds))


def plan(
    presets: Sequence[str],
    catalog: Catalog,
    *,
    seeds: Sequence[int] = (),
    overrides: Iterable[str | Override] = (),
    plugins: Sequence[Path] = (),
) -> tuple[list[Job], list[Outcome]]:
    """Create a job for each preset and seed; without seeds, the preset's own seed is used.

    A piece is named after its preset, with a suffix such as `-s3` for a seed and six hexadecimal
    digits for other overrides.

    Returns:
        The jobs, and the failures of presets that cannot be used.

    Raises:
        UsageError: when two pieces would have the same name.
        ArtengineError: when no preset can be used, all for the same reason, such as an override.
    """
    each: Sequence[int | None] = seeds or [None]
    changes = parse_overrides(overrides)
    jobs: dict[str, Job] = {}
    refused: list[Outcome] = []
    errors: list[ArtengineError] = []
    for given in presets:
        for seed in each:
            suffix = "" if seed is None else f"-s{seed}"
            if changes:
                written = sorted(change.written for change in changes)
                suffix += f"-{hashlib.sha256(repr(written).encode()).hexdigest()[:6]}"
            seed_override = [] if seed is None else [f"seed={seed}"]
            words = (*changes, *parse_overrides(seed_override, "--seeds"))
            try:
                preset = load_preset(given, catalog, words)
            except ArtengineError as error:
                errors.append(error)
                name = Path(given).name.removesuffix(".toml") + suffix
                refused.append(Outcome(name, "failed", note=" | ".join(str(error).splitlines())))
                continue
            name = preset.name + suffix
            if name in jobs:
                raise UsageError(
                    f'"{jobs[name].given}" and "{given}" would both be called {name}; name each '
                    "preset once, and call their files differently"
                )
            jobs[name] = _job(name, preset, given, words, plugins)
    if not jobs and len({str(error) for error in errors}) == 1:
        raise errors[0]
    return list(jobs.values()), refused


def _job(
    name: str, preset: Preset, given: str, overrides: Sequence[Override], plugins: Sequence[Path]
) -> Job:
    return Job(
        name=name,
        preset=preset.name,
        recipe=preset.recipe(),
        seed=preset.seed,
        given=given,
        overrides=tuple(override.written for override in overrides),
        plugins=tuple(str(plugin.absolute()) for plugin in plugins),
        files=tuple(preset.files.values()),
    )
