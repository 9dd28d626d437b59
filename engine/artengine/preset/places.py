"""The folders that are searched for files of recipes, and the origins of files."""

from __future__ import annotations

from pathlib import Path

from artengine import folders
from artengine.pack_folders import packs_folder
from artengine.preset.files import remembered
from artengine.preset.find import packaged_folder

RUNS = "runs"
"""The folder of training runs, in the working folder."""

_WEIGHTS = ".weights.h5"


def searched_folders() -> list[Path]:
    """Return the folders that are searched recursively for files by their digests.

    Every folder that stores files for presets belongs here, so that recipes find them.
    """
    shipped = [packaged_folder() / name for name in ("weights", "sounds")]
    kept = [*shipped, Path(RUNS).absolute()]
    named = [Path(path) for path in sorted(remembered()) if path.endswith(_WEIGHTS)]
    kept += [path.parent.parent for path in named if path.parent.parent.name == RUNS]
    kept += [packs_folder(), folders.home(), folders.cache()]
    return list(dict.fromkeys(kept))


def origin_of(path: Path) -> str:
    """Describe the origin of a file in a way that is meaningful on another machine.

    The result is empty if only its name is known.
    """
    if path.is_relative_to(packs_folder()):
        name, version, *_ = (*path.relative_to(packs_folder()).parts, "")
        return f"the pack {name} {version}"
    run = path.parent
    if path.name.endswith(_WEIGHTS) and (run / "log.csv").is_file():
        return f"a run called {run.name}"
    return ""
