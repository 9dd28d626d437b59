"""Choice of the runtime for presets that name none."""

from __future__ import annotations

import logging
import os
from typing import cast, get_args

import numpy as np

from artengine import __version__
from artengine.arithmetic import arithmetic, keras_backend, processor_has_bfloat16
from artengine.cuda import tensorflow_has_a_card
from artengine.errors import UsageError, did_you_mean
from artengine.params import quoted
from artengine.plain_network import fixed_table, plain_network
from artengine.preset import Preset
from artengine.provider import code_of
from artengine.quickest import precision_of
from artengine.remembered import Remembered, remembered_file
from artengine.runtime_names import RuntimeName, RuntimeSetting
from artengine.stepping.engines import is_installed
from artengine.stepping.graph import NotComputable
from artengine.tried_engines import works
from artengine.weights import Weights

logger = logging.getLogger("artengine")

VARIABLE = "ARTENGINE_RUNTIME"
"""The environment variable that overrides the runtime "default"."""


def wanted_runtime(preset: Preset) -> RuntimeSetting:
    """Return the runtime that the preset names, or else the environment.

    Raises:
        UsageError: when the environment names no runtime.
    """
    return preset.dream.runtime if preset.dream.runtime != "default" else runtime_of_environment()


def runtime_of_environment() -> RuntimeSetting:
    """Return the runtime that the environment names; "default" if the variable is not set.

    Raises:
        UsageError: when the environment names no runtime.
    """
    given = os.environ.get(VARIABLE) or "default"
    names = [*get_args(RuntimeName), "auto", "default"]
    if given not in names:
        raise UsageError(
            f"{VARIABLE}: {quoted(given)} given{did_you_mean(given, names)}; allowed: "
            f"{', '.join(names)}"
        )
    return cast("RuntimeSetting", given)


def default_runtime(preset: Preset, weights: Weights) -> RuntimeName:
    """Return the runtime for a preset's network on this machine, deterministically and untimed.

    It is OpenVINO, unless Keras computes on a graphics card or with another backend than
    TensorFlow, or OpenVINO cannot compute the network. Networks with bends use Keras too, because
    they would be converted for each film.

    Args:
        preset: the preset.
        weights: the weights of its network.
    """
    suits_keras = preset.blend is not None or bool(preset.bend)
    emulates = preset.dream.precision == "bfloat16" and not processor_has_bfloat16()
    if suits_keras or emulates or not suits_machine():
        return "keras"
    return "openvino" if _converts(preset, weights) else "keras"


def suits_machine() -> bool:
    """Return whether this machine prefers OpenVINO for the networks that it supports.

    A warning is logged if OpenVINO is installed but broken.
    """
    if keras_backend() != "tensorflow" or tensorflow_has_a_card() or not is_installed("openvino"):
        return False
    return works("openvino")


def _converts(preset: Preset, weights: Weights) -> bool:
    """Whether OpenVINO can compute a network: declared by its model, or found by one step."""
    declared = type(preset.model).converts
    if declared is not None:
        return declared
    precision = precision_of(preset, "openvino")
    key = {
        "model": fixed_table(preset.model),
        "code": code_of(type(preset.model)),
        "precision": precision,
        "engine": __version__,
        "arithmetic": arithmetic("", "openvino"),
    }
    known = Remembered(remembered_file("converts", key))
    if not isinstance(known.value, bool):
        known.keep(_converted(preset, weights, precision))
    return bool(known.value)


def _converted(preset: Preset, weights: Weights, precision: str) -> bool:
    """Try one step of a network; the dream reuses the converted graph."""
    values = {"dream.runtime": "openvino", "dream.precision": precision}
    model = preset.model.model_copy()
    size = preset.dream.size_of(weights.train_size)
    width, height = size or preset.source.open(None, preset.dream.fps).size
    frame = np.zeros((height, width, 3), np.float32)
    try:
        plain_network(preset.with_values(values), weights, model)([frame] * model.context)
    except UsageError as error:
        if not isinstance(error.__cause__, NotComputable):
            raise
        logger.debug("%s", error)
        return False
    return True
