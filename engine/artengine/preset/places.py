"""The places on this machine where what recipes name is looked for, and where a file came from."""

from __future__ import annotations

from pathlib import Path

from artengine import folders
from artengine.pack_folders import packs_folder
from artengine.preset.files import remembered
from artengine.preset.find import packaged_folder

RUNS = "runs"
"""The folder of the trainings' runs, in the folder that a command runs in."""

_WEIGHTS = ".weights.h5"


def searched_folders() -> list[Path]:
    """The folders in which files are looked for by their digests, those inside of them included.

    Whatever keeps files for presets belongs here, so that recipes find them.
    """
    shipped = [packaged_folder() / name for name in ("weights", "sounds")]
    kept = [*shipped, Path(RUNS).absolute()]
    named = [Path(path) for path in sorted(remembered()) if path.endswith(_WEIGHTS)]
    kept += [path.parent.parent for path in named if path.parent.parent.name == RUNS]
    kept += [packs_folder(), folders.home(), folders.cache()]
    return list(dict.fromkeys(kept))


def origin_of(path: Path) -> str:
    """Where a file came from, in words that mean something on another machine.

    Empty where its name says all there is.
    """
    if path.is_relative_to(packs_folder()):
        name, version, *_ = (*path.relative_to(packs_folder()).parts, "")
        return f"the pack {name} {version}"
    run = path.parent
    if path.name.endswith(_WEIGHTS) and (run / "log.csv").is_file():
        return f"a run called {run.name}"
    return ""
