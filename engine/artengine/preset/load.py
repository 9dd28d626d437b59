"""Load presets from a name, a file, a film or a table."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from artengine.catalog import Catalog
from artengine.errors import PresetError, UsageError
from artengine.near_file import near_file
from artengine.preset.build import Preset, build
from artengine.preset.carried import carried_recipe, frames_in
from artengine.preset.document import Document
from artengine.preset.extends import lay_table, read_document
from artengine.preset.find import (
    RECIPE,
    candidates,
    find_preset,
    is_file,
    is_folder,
    is_path,
    packaged_folder,
)
from artengine.preset.layer import Layer
from artengine.preset.made_with import MADE_WITH
from artengine.preset.override import Override, parse_overrides
from artengine.preset.recipe import to_toml
from artengine.preset.versions import newer_engine

logger = logging.getLogger("artengine")


def load_preset(
    where: str | Path, catalog: Catalog, overrides: Iterable[str | Override] = ()
) -> Preset:
    """Read and check a preset.

    Args:
        where: a name to search for, a file, a folder with a recipe, a film or picture with an
            embedded recipe, or a folder of frames.
        catalog: the plugins that it may name.
        overrides: values that replace the preset's, such as "dream.frames=100".

    Raises:
        UsageError: when there is no such preset or film, or a text is not an override.
        SourceError: when a film or picture cannot be read.
        PresetError: with every mistake in it and in the overrides.
    """
    changes = parse_overrides(overrides)
    path = _find(where, catalog)
    document = _read(path, catalog)
    # Recipes of runs and pieces, and frames, have generic names; use the folder's name for them.
    inside = path.name == RECIPE or path.parent == Path(where)
    name = path.absolute().parent.name if inside else path.stem
    newer = newer_engine(document.made_with)
    try:
        preset = build(document, catalog, name=name, path=path, overrides=changes)
    except PresetError as error:
        if not newer:
            raise
        raise PresetError([f"{path}: its recipe {newer}; {error.problems[0]}"]) from error
    for note in [f"{path}: its recipe {newer}"] if newer else preset.notes:
        logger.warning("%s; its film may differ", note)
    return preset


def parse_preset(
    table: Mapping[str, Any],
    catalog: Catalog,
    overrides: Iterable[str | Override] = (),
    *,
    name: str = "preset",
) -> Preset:
    """Build a preset from a table; its paths are relative to the working folder.

    Raises:
        UsageError: when a text is not an override.
        PresetError: with every mistake in it and in the overrides.
    """
    changes = parse_overrides(overrides)
    return build(lay_table(table, name, Path.cwd()), catalog, name=name, overrides=changes)


def load_recipe(where: str | Path, catalog: Catalog) -> str:
    """Return the recipe of a film, picture, folder of frames, gallery piece or run, as a preset.

    A recipe of an earlier version is migrated.

    Args:
        where: the file or folder; a preset's file is accepted as a recipe too.
        catalog: the installed plugins.

    Returns:
        TOML, with the table `[made_with]` if the recipe has it.

    Raises:
        UsageError: when there is no such file, or it has no recipe.
        SourceError: when a film or picture cannot be read.
        PresetError: when the recipe cannot be read.
    """
    if not Path(where).exists():
        raise UsageError(f"there is no film, picture or run at {where}{near_file(where)}")
    path = _frame_in(Path(where), catalog) or _find(where, catalog)
    document = _read(path, catalog, instead="a film, picture or run that carries one")
    made_with = document.made_with.table()
    return to_toml({**document.table, **({MADE_WITH: made_with} if made_with else {})})


def _find(where: str | Path, catalog: Catalog) -> Path:
    """The file of a preset, or the film or picture with an embedded one."""
    if catalog.writer_for(str(where)) is not None and not is_file(Path(where)):
        raise UsageError(f"there is no file {where}{near_file(where)}")
    preset = not is_path(str(where)) and any(candidates(str(where)))
    frame = None if preset else _frame_in(Path(where), catalog)
    return frame or find_preset(str(where))


def _frame_in(folder: Path, catalog: Catalog) -> Path | None:
    """The first frame of a folder that a writer of frames made; None if it has a recipe file."""
    if not is_folder(folder) or is_file(folder / RECIPE):
        return None
    return next(iter(frames_in(folder, catalog)), None)


def _read(
    path: Path, catalog: Catalog, *, instead: str = "a preset, or a film that carries one"
) -> Document:
    """Read a preset or a recipe, and migrate one of an earlier version.

    Args:
        instead: what to give in place of a film without a recipe.
    """
    carried = _carried(path, catalog, instead)
    document = read_document(path, carried)
    for renamed in document.renamed:
        logger.warning("%s", renamed)
    if (path.name == RECIPE or carried is not None) and not document.made_with.engine:
        _add_implied(document, catalog, Layer(str(path), path.absolute().parent))
    return document


def _carried(path: Path, catalog: Catalog, instead: str) -> str | None:
    """The recipe of a film or picture; None for a file that is a preset itself."""
    if path.suffix == ".toml" or catalog.writer_for(path.name) is None:
        return None
    recipe = carried_recipe(path, catalog)
    if not recipe:
        raise UsageError(f"{path} carries no recipe; give {instead}")
    return recipe


def _trained_values(weights: object) -> Mapping[str, Any]:
    """The model parameters of packaged weights; empty for other weights."""
    folder = packaged_folder() / "weights"
    described = {path.stem: path for path in folder.glob("*.json")}.get(str(weights))
    if described is None:
        return {}
    model: dict[str, Any] = json.loads(described.read_text(encoding="utf-8"))["model"]
    return model


def _add_implied(document: Document, catalog: Catalog, layer: Layer) -> None:
    """Add the values that an earlier version implied by omitting them to its recipe.

    A source's seed used to be independent of the preset's. Plugins declare the implied values of
    newer parameters in `Plugin.earlier`. Keras was the only runtime.
    """
    kinds = {"source": catalog.sources, "model": catalog.models}
    kept = []
    for word, known in kinds.items():
        table = document.table.get(word, {})
        kind = known.get(str(table.get("use"))) if isinstance(table, dict) else None
        if kind is None:
            continue
        earlier = dict(kind.earlier)
        seed = kind.model_fields.get("seed")
        if word == "source" and seed is not None and not seed.is_required():
            earlier["seed"] = seed.get_default()
        # Packaged weights may have been trained with newer values.
        trained = _trained_values(table.get("weights")) if word == "model" else {}
        for name, value in earlier.items():
            if name not in table and name not in trained:
                document.put((word, name), value, layer)
                kept.append(f"{word}.{name} is {json.dumps(value)}")
    dream, model = (document.table.get(word, {}) for word in ("dream", "model"))
    # A run's recipe, with its weights in the same folder, may be used with any runtime.
    is_run = isinstance(model, dict) and model.get("weights") == "."
    if isinstance(dream, dict) and "runtime" not in dream and not is_run:
        document.put(("dream", "runtime"), "keras", layer)
    if kept:
        logger.warning("%s: read as the version that wrote it: %s", layer.label, ", ".join(kept))
