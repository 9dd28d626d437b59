"""Graph templates (graphs without weights) of a preset's network, made before its first dream."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from artengine.frame import Size
from artengine.plain_network import fixed_table, template_folders
from artengine.preset import Preset
from artengine.stepping.engines import is_installed

logger = logging.getLogger("artengine")

KEPT = 40
"""Maximum number of files in the cache; the oldest are removed."""


def keep_templates(preset: Preset, train_size: Size) -> None:
    """Make the graph templates with which the first dream of a trained network runs without Keras.

    Nothing is made if OpenVINO is not installed, if Keras's backend is not TensorFlow, if dreams of
    the preset convert the network anyway, or if the templates exist. On failure the first dream
    converts the network.

    Args:
        preset: the preset that is trained.
        train_size: width and height of the footage.
    """
    import keras

    if not is_installed("openvino") or keras.backend.backend() != "tensorflow" or preset.inside():
        return
    size = preset.dream.size_of(train_size)
    _, folder = template_folders()
    try:
        if not has_templates(preset, size, template_folders()):
            make_file(preset, size, folder)
            _prune(folder)
    except Exception as error:
        logger.debug("%s: no templates: %s", preset.name, error)


def has_templates(preset: Preset, size: Size, folders: Iterable[Path]) -> bool:
    """Return whether current graph templates of a preset's network exist for films of a size.

    Raises:
        UsageError: when the preset's tiles are smaller than the model can use.
    """
    from artengine.stepping.filled_graphs import Templates
    from artengine.stepping.tiles import plan_tiles

    model = preset.model
    templates = Templates(folders, fixed_table(model), model)
    width, height = size
    tiles = plan_tiles(model, height, width, preset.dream.tile, templates.bytes_per_pixel)
    shape = (height, width) if tiles is None else tiles.shape
    return templates.covers((shape[1], shape[0]))


def make_file(
    preset: Preset, size: Size, folder: Path, numbers: Sequence[Mapping[str, float]] = ({},)
) -> Path:
    """Trace a preset's network for films of a size.

    Args:
        folder: the folder of the file.
        numbers: see `artengine.nn.graph_templates.make_templates`.

    Returns:
        The file.

    Raises:
        NotComputable: as `make_templates` does.
        OSError: when the file cannot be written.
    """
    from artengine.nn.graph_templates import make_templates
    from artengine.stepping.filled_graphs import template_name

    table = fixed_table(preset.model)
    made, shape = make_templates(preset.model, table, size, tile=preset.dream.tile, numbers=numbers)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / template_name(table, shape)
    made.write(file)
    return file


def _prune(folder: Path) -> None:
    files = sorted(folder.glob("[!.]*"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[KEPT:]:
        file.unlink(missing_ok=True)
