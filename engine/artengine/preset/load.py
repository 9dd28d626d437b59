"""Reading presets: from a name, a file, a film or a table to a checked preset."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from artengine.catalog import Catalog
from artengine.errors import UsageError
from artengine.preset.build import Preset, build
from artengine.preset.document import Document
from artengine.preset.extends import lay_table, read_document
from artengine.preset.find import RECIPE, find_preset, is_file
from artengine.preset.layer import Layer
from artengine.preset.override import Override, parse_overrides
from artengine.sidecar import read_sidecar

logger = logging.getLogger("artengine")


def load_preset(
    where: str | Path, catalog: Catalog, overrides: Iterable[str | Override] = ()
) -> Preset:
    """Read and check a preset.

    Args:
        where: a name to search for, a file, a folder that holds a recipe, or a film or picture
            that carries one.
        catalog: the plugins it may name.
        overrides: values to put in place of the preset's, as "dream.frames=100".

    Raises:
        UsageError: when there is no such preset or film, or a text is no override.
        SourceError: when a film or picture cannot be read.
        PresetError: with every mistake that it and the overrides hold.
    """
    changes = parse_overrides(overrides)
    if catalog.writer_for(str(where)) is not None and not is_file(Path(where)):
        raise UsageError(f"there is no file {where}")
    path = find_preset(str(where))
    carried = _carried(path, catalog)
    document = _read(path, carried)
    if (path.name == RECIPE or carried is not None) and not document.made_with.engine:
        _keep_earlier(document, catalog, Layer(str(path), path.absolute().parent))
    # Recipes of run folders and gallery pieces all have one name; their folders tell them apart.
    name = path.absolute().parent.name if path.name == RECIPE else path.stem
    preset = build(document, catalog, name=name, path=path, overrides=changes)
    for note in preset.notes:
        logger.warning("%s; its film will differ", note)
    return preset


def parse_preset(
    table: Mapping[str, Any],
    catalog: Catalog,
    overrides: Iterable[str | Override] = (),
    *,
    name: str = "preset",
) -> Preset:
    """Check a preset that is given as a table; its paths are relative to the working folder.

    Raises:
        UsageError: when a text is no override.
        PresetError: with every mistake that it and the overrides hold.
    """
    changes = parse_overrides(overrides)
    return build(lay_table(table, name, Path.cwd()), catalog, name=name, overrides=changes)


def _read(path: Path, carried: str | None) -> Document:
    document = read_document(path, carried)
    for renamed in document.renamed:
        logger.warning("%s", renamed)
    return document


def _carried(path: Path, catalog: Catalog) -> str | None:
    """The recipe inside of a film or picture; None for a file that is a preset itself."""
    kind = None if path.suffix == ".toml" else catalog.writer_for(path.name)
    if kind is None:
        return None
    recipe = kind.read_recipe(path) or read_sidecar(path)
    if not recipe:
        raise UsageError(f"{path} carries no recipe; give a preset, or a film that carries one")
    return recipe


def _keep_earlier(document: Document, catalog: Catalog, layer: Layer) -> None:
    """Give a recipe that an earlier version wrote the values that it meant by leaving them out.

    A source's seed was its own before the preset's seed reached it. Other plugins say what their
    newer parameters were before: `Plugin.earlier`.
    """
    kinds = {"source": catalog.sources, "model": catalog.models}
    for word, known in kinds.items():
        table = document.table.get(word, {})
        kind = known.get(str(table.get("use"))) if isinstance(table, dict) else None
        if kind is None:
            continue
        earlier = dict(kind.earlier)
        seed = kind.model_fields.get("seed")
        if word == "source" and seed is not None and not seed.is_required():
            earlier["seed"] = seed.get_default()
        for name, value in earlier.items():
            if name not in table:
                document.put((word, name), value, layer)
