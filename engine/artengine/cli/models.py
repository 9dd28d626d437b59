"""`artengine models`: the layers of networks, which presets can bend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from artengine.cli.command import Command
from artengine.cli.options import AsJson, PluginFiles, sized
from artengine.cli.streams import answer

if TYPE_CHECKING:
    from artengine.catalog import Catalog
    from artengine.frame import Size
    from artengine.model import Model
    from artengine.nn.layers import LayerOutput

models_app = typer.Typer(name="models", help="Show the layers of networks.", no_args_is_help=True)

DEFAULT_SIZE = (256, 256)


@models_app.command(cls=Command)
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A preset, run, model, or packaged weights.",
        ),
    ],
    size: Annotated[
        str | None,
        typer.Option(metavar="N|WxH", help="The frame's size in pixels; by default the preset's."),
    ] = None,
    plugin: PluginFiles = None,
    as_json: AsJson = False,
) -> None:
    """List the layers of a network, and their shapes.

    Shapes are height, width and channels. [[bend]] refers to a layer by its name. The last column
    lists the operations that the layer supports.

    Examples:

        artengine models show swift

        artengine models show night-road --size 512x512

        artengine models show runs/clip --json
    """
    from artengine.bend import BENDS
    from artengine.catalog import load_catalog

    model, own_size = _model(name, load_catalog(plugin or []))
    width, height = sized(size) or own_size or DEFAULT_SIZE
    from artengine.nn.layers import layer_outputs

    outputs = layer_outputs(model, model.build(), (width, height))
    taken = {
        each.name: [
            operation
            for operation, kind in BENDS.items()
            if each.shape and (each.spatial or not kind.spatial)
        ]
        for each in outputs
    }
    if as_json:
        listed = [
            {
                "name": each.name,
                "kind": each.kind,
                "shape": list(each.shape),
                "calls": each.calls,
                "operations": taken[each.name],
            }
            for each in outputs
        ]
        described = {"model": model.name, "size": [width, height], "layers": listed}
        answer(json.dumps(described, indent=2))
        return
    from artengine.weights import model_words, shape_table

    answer(f"{model_words(shape_table(model))}, frames of {width}x{height}\n")
    answer(_table(outputs, taken, list(BENDS)))


def _model(name: str, catalog: Catalog) -> tuple[Model, Size | None]:
    """Return the model that a name refers to, with its parameters, and the size of its frames."""
    from artengine.errors import WeightsError
    from artengine.preset import list_presets, load_preset
    from artengine.weights import find_weights, older_values, packaged_weights, read_weights

    packaged = packaged_weights()
    if name not in list_presets():
        if name in catalog.models:
            return catalog.models[name](), None
        if name in packaged:
            weights = read_weights(packaged[name])
            table = dict(weights.model)
            kind = catalog.models[str(table.pop("use"))]
            return kind(**{**kind.earlier, **table}), weights.train_size
    preset = load_preset(name, catalog)
    try:
        weights = find_weights(preset)
    except WeightsError:
        # The layers do not depend on the weights.
        return preset.model, preset.dream.size
    model = preset.model.model_copy(update=older_values(preset, weights))
    return model, preset.dream.size_of(weights.train_size)


def _table(outputs: list[LayerOutput], taken: dict[str, list[str]], operations: list[str]) -> str:
    rows = [["layer", "kind", "gives out", "channels", "bends"]]
    for each in outputs:
        shape = "x".join(map(str, each.shape)) or "several"
        channels = f"0-{each.shape[-1] - 1}" if each.shape else ""
        bends = ", ".join(taken[each.name]) or "none"
        supported = "all" if taken[each.name] == operations else bends
        rows.append([each.name, each.kind, shape, channels, supported])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
