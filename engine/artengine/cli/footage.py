"""The files that a preset's source names: whether they are there, and those of prepared footage."""

from __future__ import annotations

import json
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from artengine.errors import SourceError
from artengine.params import check, is_path

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.preset import Preset
    from artengine.source import Source


def missing_files(source: Source) -> dict[str, str]:
    """The files that a source names and that are missing, by parameter; patterns are not tried."""
    named = {
        name: getattr(source, name)
        for name, info in type(source).model_fields.items()
        if is_path(info)
    }
    return {
        name: path
        for name, path in named.items()
        if isinstance(path, str) and path and not has_magic(path) and not Path(path).exists()
    }


def check_files(preset: Preset) -> None:
    """Refuse a preset whose source names a file that is not there, before anything is loaded.

    Raises:
        SourceError: with the option that names another.
    """
    from artengine.preset import packaged_folder

    for name, path in missing_files(preset.source).items():
        option = f"name your clip with --set source.{name}=FILE"
        # Presets that wait for a person's clip ship with a name for it, and without the clip.
        if Path(path).is_relative_to(packaged_folder().absolute()):
            raise SourceError(f"{preset.name}: needs a clip; {option}")
        raise SourceError(f"there is no file {path}; {option}")


def source_of(data: Path, catalog: Catalog) -> list[str]:
    """The words for `--set` that give a preset the first source that footage was prepared from.

    There are none where that is not known, or not there any more.

    Raises:
        TrainingError: when the footage's manifest cannot be read.
    """
    from artengine.train.manifest import Manifest

    manifest = Manifest.read(data)
    if manifest is None or not manifest.origins:
        return []
    origin = manifest.origins[0]
    kind = catalog.sources.get(origin.name)
    source = None if kind is None else check(kind, origin.parameters)
    if source is None or isinstance(source, list) or missing_files(source):
        return []
    given = {"use": origin.name, **origin.parameters}
    return [
        f"source.{name}={json.dumps(value, ensure_ascii=False)}"
        for name, value in given.items()
        if value is not None
    ]
