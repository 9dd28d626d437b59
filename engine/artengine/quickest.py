"""`dream.runtime = "auto"`: the fastest runtime for a network on this machine."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, get_args

import numpy as np

from artengine import __version__
from artengine.arithmetic import arithmetic, keras_backend, processor_has_bfloat16
from artengine.digest import digest_of
from artengine.errors import ArtengineError
from artengine.frame import Size
from artengine.plain_network import fixed_table, plain_network
from artengine.preset import Preset
from artengine.remembered import Remembered, remembered_file
from artengine.runtime_names import RuntimeName
from artengine.stepping.engines import installed_runtimes
from artengine.weights import Weights

logger = logging.getLogger("artengine")

STEPS = 5
"""Number of timed steps of each runtime, interleaved; the fastest one counts."""

SECONDS = 6.0
"""Time limit of the measurement; at least one step of each runtime is timed."""

CLEARLY = 0.95
"""Another runtime is chosen over Keras if it needs at most this share of Keras's time."""


@dataclass(frozen=True, slots=True)
class Quickest:
    """The runtimes that can compute a network here.

    Args:
        ms: milliseconds per step, by runtime; empty if there was no choice.
    """

    ms: Mapping[RuntimeName, float]

    @property
    def runtime(self) -> RuntimeName:
        """The chosen runtime."""
        best: RuntimeName = "keras" if not self.ms else min(self.ms, key=self.ms.__getitem__)
        if "keras" in self.ms and self.ms[best] > CLEARLY * self.ms["keras"]:
            return "keras"
        return best

    def __str__(self) -> str:
        """Describe the choice on one line."""
        if len(self.ms) < 2:
            return f"runtime {self.runtime}, the only one here that can"
        taken = self.runtime
        rest = (f"{name} {ms:.1f}" for name, ms in self.ms.items() if name != taken)
        return (
            f"runtime {taken}, the quickest for this network here: {self.ms[taken]:.1f} ms a step; "
            f"{', '.join(rest)}"
        )


def quickest(preset: Preset, weights: Weights) -> Quickest:
    """Time the installed runtimes with a preset's network, or return the cached result.

    The cache key has everything that the times depend on: weights, model, size of frames,
    arithmetic, versions and processor.

    Args:
        preset: the preset.
        weights: the weights of its network.

    Raises:
        ArtengineError: when no runtime can compute it; the reason is that of Keras.
    """
    names = installed_runtimes()
    if preset.blend is not None or len(names) == 1:
        # A blend changes weights during the dream; converted graphs have constant weights.
        return Quickest({})
    size = preset.dream.size_of(weights.train_size)
    size = size or preset.source.open(None, preset.dream.fps).size
    kept = Remembered(remembered_file("quickest", _key(preset, weights, size, names)))
    found = _checked(kept.value)
    if found is None:
        found = _timed(preset, weights, size, names)
        kept.keep({"ms": found})
    return Quickest(found)


def precision_of(preset: Preset, runtime: RuntimeName) -> str:
    """Return the precision in which a runtime computes a preset's network on this machine."""
    if preset.dream.precision != "auto":
        return preset.dream.precision
    if runtime == "openvino":
        # OpenVINO always computes on the processor, so Keras need not be loaded.
        return "bfloat16" if processor_has_bfloat16() else "float32"
    if runtime == "onnxruntime":
        return "float32"
    from artengine.nn.precision import resolve_precision

    return resolve_precision("auto")


def _timed(
    preset: Preset, weights: Weights, size: Size, names: list[RuntimeName]
) -> dict[RuntimeName, float]:
    rng = np.random.default_rng(0)
    model = preset.model.model_copy()
    frames = [rng.random((size[1], size[0], 3), np.float32) for _ in range(model.context)]
    networks: dict[RuntimeName, Any] = {}
    refused: dict[RuntimeName, ArtengineError] = {}
    for name in names:
        logger.info("timing the runtime %s", name)
        values = {"dream.runtime": name, "dream.precision": precision_of(preset, name)}
        try:
            network = plain_network(preset.with_values(values), weights, model.model_copy())
            # Exclude tracing, conversion and the warm-up of threads and caches from the timing.
            for number in range(2):
                network(frames, (0, number))
        except ArtengineError as error:
            refused[name] = error
        else:
            networks[name] = network
    if not networks:
        raise next(iter(refused.values()))
    least = dict.fromkeys(networks, float("inf"))
    began = time.perf_counter()
    for number in count():
        for name, network in networks.items():
            before = time.perf_counter()
            network(frames, (0, number))
            least[name] = min(least[name], 1000 * (time.perf_counter() - before))
        if number + 1 == STEPS or time.perf_counter() - began > SECONDS:
            return least
    raise AssertionError


def _key(preset: Preset, weights: Weights, size: Size, names: list[RuntimeName]) -> dict[str, Any]:
    """The cache key: everything that the times depend on."""
    settings = preset.dream
    return {
        "weights": digest_of(weights.path),
        "model": fixed_table(preset.model),
        "size": size,
        "settings": [settings.precision, settings.tile],
        "engine": __version__,
        "arithmetic": [
            # Cards are known only if a library is loaded.
            {word: told for word, told in arithmetic("", name).items() if word != "graphics"}
            for name in names
        ],
        "backend": keras_backend(),
        "cores": os.cpu_count(),
    }


def _checked(kept: Any) -> dict[RuntimeName, float] | None:
    """Validate cached times; None if they are invalid."""
    try:
        found = {
            name: float(kept["ms"][name]) for name in get_args(RuntimeName) if name in kept["ms"]
        }
    except (KeyError, TypeError, ValueError):
        return None
    return found if found and all(0.0 < ms < math.inf for ms in found.values()) else None
