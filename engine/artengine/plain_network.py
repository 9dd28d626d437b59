"""Networks without bends: built by Keras, or loaded from a graph that was converted before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from artengine import __version__, folders
from artengine.arithmetic import version_of
from artengine.digest import digest_of
from artengine.frame import Size
from artengine.model import Model
from artengine.preset import Preset, packaged_folder
from artengine.provider import code_of, provider_of
from artengine.remembered import remembered_file
from artengine.settings import DreamSettings
from artengine.weights import Weights, build_network, check_made_for

if TYPE_CHECKING:
    from artengine.nn.precision import Precision
    from artengine.runtime_names import RuntimeName
    from artengine.stepping.kept_graphs import Converter
    from artengine.stepping.predictor import RuntimePredictor

_CONVERTS = {"openvino": "openvino", "onnxruntime": "tf2onnx"}
"""The library that converts a network, by runtime."""


def import_runtime(settings: DreamSettings) -> None:
    """Import the engine of the runtime ahead of loading the network; do nothing for Keras.

    Args:
        settings: settings of the dream, with resolved runtime and precision.
    """
    if settings.runtime != "keras":
        from artengine.tried_engines import tried_engine

        tried_engine(cast("RuntimeName", settings.runtime), cast("Precision", settings.precision))


def plain_network(
    preset: Preset, weights: Weights, model: Model, sizes: Sequence[Size] = ()
) -> RuntimePredictor:
    """Return a predictor for a network, without loading Keras if a converted graph is cached.

    Args:
        preset: the preset, with resolved runtime and precision; its bends are not applied.
        weights: the weights of its network.
        model: the model to step.
        sizes: width and height of the frames that the network will see, if known: graphs that were
            converted and compiled for such a dream are then read in the background.

    Raises:
        WeightsError: when the weights are of another network.
        UsageError: when the preset's runtime does not support the precision.
    """
    check_made_for(preset, weights)
    precision: Precision = "bfloat16" if preset.dream.precision == "bfloat16" else "float32"
    if preset.dream.runtime == "keras":
        return _by_keras(preset, weights, model, precision)
    return _converted(preset, weights, model, precision, sizes)


def _by_keras(
    preset: Preset, weights: Weights, model: Model, precision: Precision
) -> RuntimePredictor:
    from artengine.nn.predictor import Predictor
    from artengine.nn.runtimes import runtime_for

    network = build_network(preset, weights, precision)
    runtime = runtime_for("keras", model, network, precision)
    return Predictor(model, network, tile=preset.dream.tile, runtime=runtime)


def _converted(
    preset: Preset,
    weights: Weights,
    model: Model,
    precision: Precision,
    sizes: Sequence[Size],
) -> RuntimePredictor:
    from artengine.stepping.graph_runtime import GraphRuntime
    from artengine.stepping.kept_graphs import KeptGraphs
    from artengine.stepping.predictor import RuntimePredictor
    from artengine.stepping.used_graphs import UsedGraphs
    from artengine.tried_engines import tried_engine

    runtime = cast("RuntimeName", preset.dream.runtime)

    def by_tensorflow() -> Converter:
        from artengine.nn.conversion import Conversion

        return Conversion(model, build_network(preset, weights), runtime)

    def convert() -> Converter:
        if runtime != "openvino":
            return by_tensorflow()
        from artengine.stepping.filled_graphs import FilledGraphs, Templates

        templates = Templates(template_folders(), fixed_table(preset.model), model)
        return FilledGraphs(templates, weights.path, by_tensorflow)

    identity = _identity(preset, weights) | {"precision": precision}
    engine = tried_engine(runtime, precision)
    graphs = KeptGraphs(folders.cache() / "networks", identity, model, engine, convert)
    if sizes:
        used = remembered_file("graphs", [identity, sizes, preset.dream.tile])
        graphs.read_ahead(UsedGraphs(used))
    return RuntimePredictor(
        model,
        GraphRuntime(model.name, graphs, engine),
        tile=preset.dream.tile,
        bytes_per_pixel=graphs.bytes_per_pixel,
    )


def template_folders() -> tuple[Path, Path]:
    """Return the folders of graph templates: those packaged with the engine, and those that
    trainings on this machine made."""
    return packaged_folder() / "graphs", folders.cache() / "graphs"


def _identity(preset: Preset, weights: Weights) -> dict[str, Any]:
    """The cache key of a converted network, without the arithmetic and the size of frames."""
    return {
        "weights": digest_of(weights.path),
        "model": fixed_table(preset.model),
        "provider": str(provider_of(type(preset.model))),
        "code": _code(type(preset.model)),
        "engine": __version__,
        "libraries": {
            name: version_of(name)
            for name in ("keras", "tensorflow", _CONVERTS[preset.dream.runtime])
        },
    }


def fixed_table(model: Model) -> dict[str, Any]:
    """Return the model's name and all parameters that are constant in a dream: those that shape its
    network, and others that its step uses."""
    values = model.model_dump(mode="json", exclude=set(model.automatable()))
    return {"use": model.name, **values}


def _code(kind: type[Model]) -> list[str]:
    """Digests of the source files of a model and its step, which determine the graphs."""
    from artengine import stepping

    networks = Path(stepping.__file__).parent.with_name("nn")
    return [*code_of(kind), *map(digest_of, sorted(networks.glob("*.py")))]
