"""A dream's network as an earlier dream converted it, or as this one does."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from artengine import __version__, folders
from artengine.digest import digest_of
from artengine.dream.loop import Predict
from artengine.model import Model
from artengine.preset import Preset
from artengine.provider import code_of, provider_of
from artengine.weights import Weights, build_network, check_made_for

if TYPE_CHECKING:
    from artengine.nn.conversion import Conversion

_CONVERTS = {"openvino": "openvino", "onnxruntime": "tf2onnx"}
"""What converts a network, by the runtime that it is for."""


def converted_network(preset: Preset, weights: Weights, model: Model) -> Predict:
    """A network that an engine computes, without Keras where it was converted before.

    Args:
        preset: what is dreamt, its precision resolved; one without bends and blended weights.
        weights: of its network.
        model: what is stepped.

    Raises:
        WeightsError: when the weights are of another network.
        UsageError: when the preset's runtime has no such arithmetic.
    """
    from artengine.stepping.engines import engine_for
    from artengine.stepping.graph_runtime import GraphRuntime
    from artengine.stepping.kept_graphs import KeptGraphs
    from artengine.stepping.predictor import RuntimePredictor

    check_made_for(preset, weights)
    runtime = preset.dream.runtime

    def convert() -> Conversion:
        from artengine.nn.conversion import Conversion

        return Conversion(model, build_network(preset, weights), runtime)

    precision: Literal["float32", "bfloat16"] = (
        "bfloat16" if preset.dream.precision == "bfloat16" else "float32"
    )
    identity = _identity(preset, weights) | {"precision": precision}
    engine = engine_for(runtime, precision)
    graphs = KeptGraphs(folders.cache() / "networks", identity, model, engine, convert)
    return RuntimePredictor(
        model,
        GraphRuntime(model.name, graphs, engine),
        tile=preset.dream.tile,
        bytes_per_pixel=graphs.bytes_per_pixel,
    )


def _identity(preset: Preset, weights: Weights) -> dict[str, Any]:
    """What a converted network depends on, beside the arithmetic and the size of frames."""
    return {
        "weights": digest_of(weights.path),
        "model": _fixed(preset.model),
        "provider": str(provider_of(type(preset.model))),
        "code": _code(type(preset.model)),
        "engine": __version__,
        "libraries": {
            name: _version(name)
            for name in ("keras", "tensorflow", _CONVERTS[preset.dream.runtime])
        },
    }


def _fixed(model: Model) -> dict[str, Any]:
    """The model's name and all parameters that a dream leaves as they are."""
    values = model.model_dump(mode="json", exclude=set(model.automatable()))
    return {"use": model.name, **values}


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _code(kind: type[Model]) -> list[str]:
    """Digests of what a model and its step are written in: a change to it makes other graphs."""
    from artengine import stepping

    networks = Path(stepping.__file__).parent.with_name("nn")
    return [*code_of(kind), *map(digest_of, sorted(networks.glob("*.py")))]
