"""The initial weights of a training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artengine.errors import TrainingError, did_you_mean
from artengine.model import Model
from artengine.params import Plugin, check
from artengine.preset import Preset
from artengine.weights import made_for_model, model_words, packaged_weights, read_weights

if TYPE_CHECKING:
    import keras

AUTO, NONE = "auto", "none"


def initial_weights(preset: Preset) -> str | None:
    """Return the name of the packaged weights that a preset's training starts from, or None.

    Raises:
        TrainingError: when the preset names weights that do not exist.
    """
    name = preset.train.initial_weights
    if name == NONE:
        return None
    packaged = packaged_weights()
    if name == AUTO:
        name = preset.model.initial_weights or NONE
        return name if name in packaged else None
    if name not in packaged:
        raise TrainingError(
            f'train.initial_weights: there are no weights "{name}"'
            f"{did_you_mean(name, [AUTO, NONE, *packaged])}; allowed: auto, none, "
            f"{', '.join(packaged)}"
        )
    return name


def begin(preset: Preset, network: keras.Model) -> str | None:
    """Load a network's initial weights; non-trainable ones, which `Model.adapt` sets, are kept.

    Returns:
        The name of the weights, or None if the training starts from random ones.

    Raises:
        TrainingError: when the weights that the preset names are of another model or shape.
        WeightsError: when their file is corrupt.
    """
    name = initial_weights(preset)
    if name is None:
        return None
    weights = read_weights(packaged_weights()[name])
    given = made_for_model(preset.model, weights)
    trained = _trained(type(preset.model), given, weights.path)
    wanted = network.trainable_variables
    if trained is None or [v.shape for v in trained] != [v.shape for v in wanted]:
        if preset.train.initial_weights == AUTO:
            return None
        raise TrainingError(
            f"train.initial_weights: {name} is made for {model_words(given)}, and does not fit "
            "this network; give the preset that model, or take none"
        )
    for variable, value in zip(wanted, trained, strict=True):
        variable.assign(value)
    return name


def _trained(kind: type[Model], given: Mapping[str, Any], path: Path) -> list[Any] | None:
    """Return the trainable variables of a weights file, or None if it is of another model."""
    from artengine.nn.weights import load_weights

    parameters = {key: value for key, value in given.items() if key != "use"}
    model: Plugin | list[Any] = check(kind, parameters)
    if given.get("use") != kind.name or not isinstance(model, Model):
        return None
    network = model.build()
    load_weights(path, network)
    return list(network.trainable_variables)
