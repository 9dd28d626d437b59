"""`artengine dream --watch`: a preview that is rendered again after each edit."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from artengine.cli.streams import answer, tell
from artengine.counts import counted
from artengine.errors import ArtengineError, UsageError

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.dream.targets import Target
    from artengine.dream.watch import Begin, Previews
    from artengine.preset import Preset

_TIME = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(f|s|%)?", re.ASCII)


def watch_previews(
    load: Callable[[Catalog], Preset],
    targets: Callable[[Preset, Catalog], Sequence[Target]],
    plugins: Sequence[Path],
    *,
    begin: str | None,
    recipe: bool,
) -> NoReturn:
    """Render a preset's preview now and after each change of its files, until Ctrl-C.

    Errors of later previews are reported on one line.

    Args:
        load: reads the preset.
        targets: decides, from the first preset, which files to write.
        plugins: the files of `--plugin`; they are loaded again after each change.
        begin: the value of `--from`.
        recipe: whether previews carry the recipe of the film.

    Raises:
        ArtengineError: when the first preview fails.
    """
    from artengine.catalog import load_catalog
    from artengine.dream.watch import Previews
    from artengine.dream.watched_files import WatchedFiles

    # Cached bytecode is dated to the second, and a file may be edited twice in one second.
    sys.dont_write_bytecode = True
    place = None if begin is None else _begin(begin)
    catalog = load_catalog(plugins)
    preset, files = load(catalog), WatchedFiles()
    previews = Previews(targets(preset, catalog), begin=place, recipe=recipe)
    is_current = True
    files.look(_files(preset, plugins))
    _render(previews, preset, files.changed)
    for file in previews.files:
        answer(str(file))
    tell(f"watching {counted(len(files), 'file')}; press Ctrl-C to end")
    while True:
        files.wait()
        edited = files.look(_files(preset, plugins))
        if any(file.is_relative_to(plugin) for file in edited for plugin in plugins):
            is_current = False
        try:
            if not is_current:
                catalog, is_current = load_catalog(plugins), True
            preset = load(catalog)
            files.add(_files(preset, plugins))
            _render(previews, preset, files.changed)
        except ArtengineError as error:
            previews.restore()
            _tell_error(error)


def preview_targets(
    preset: Preset, catalog: Catalog, *, outputs: Sequence[Path], overwrite: bool
) -> Sequence[Target]:
    """Return the files that `--watch` writes; by default a contact sheet that replaces the last.

    Raises:
        UsageError: also when `--set` changes a writer that previews do not use.
    """
    from artengine.cli.unused_settings import refuse_unused
    from artengine.dream.targets import targets

    named = outputs or [Path(f"{preset.name}-preview.sheet.jpg")]
    overwrite = overwrite or not outputs
    found = targets(preset, catalog, named, Path(), overwrite=overwrite, single=True)
    refuse_unused(preset, found, "--output names" if outputs else "--watch writes")
    return found


def _files(preset: Preset, plugins: Sequence[Path]) -> list[Path]:
    """Return the files that a preview depends on: presets, plugins, and what the preset reads."""
    from artengine.preset.extends import files_of

    presets = files_of(preset.path) if preset.path else []
    # Folders of pictures are not watched; missing files are, because they may come back.
    read = [path for path in map(Path, preset.files.values()) if not os.path.isdir(path)]  # noqa: PTH112
    return [*presets, *plugins, *read]


def _render(previews: Previews, preset: Preset, changed: Callable[[], bool]) -> None:
    began = time.monotonic()
    count = previews.render(preset, changed)
    if count is not None:
        seconds = time.monotonic() - began
        tell(f"{preset.name}: {counted(count, 'frame')} in {seconds:.1f} s")


def _tell_error(error: ArtengineError) -> None:
    first, *others = str(error).split("\n")
    tell(f"error: {first}{f' (and {len(others)} more)' if others else ''}")


def _begin(text: str) -> Begin:
    """Parse `--from`: a frame, a number of seconds or a share of the film. Raises UsageError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f'--from: "{text}" is no place in a film; write a frame as 48, seconds as 2s, or a '
            "share as 50%"
        )
    number, unit = float(match[1]), match[2] or "f"

    def frame(fps: float, frames: int) -> int:
        first = round(number * {"f": 1.0, "s": fps, "%": frames / 100}[unit])
        if first >= frames:
            raise UsageError(f"--from: {text} is after the film's last frame, {frames - 1}")
        return first

    return frame
