"""Time a model's frame with each runtime, and measure the gain by constants and folding.

    python benchmarks/runtimes.py [MODEL ...] [--size 256] [--frames 12] [--precision float32]

The sides take turns in one process, frame by frame, with the same random weights:

- variables: Keras, with the network's variables, as in a training;
- constants: Keras, with the weights as constants of the traced graph;
- keras: the runtime, which also folds normalisation into convolutions;
- openvino, onnxruntime: the runtimes, if they are installed.

This prints medians of wall time and of processor time over all cores, which other work on the
machine disturbs less, and their ratios to the first side; for a runtime that cannot run the model,
the reason. TF_ENABLE_ONEDNN_OPTS=1 enables oneDNN, which TensorFlow uses by default only on
processors with AVX512 or AMX.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from artengine.catalog import load_catalog
from artengine.errors import ArtengineError
from artengine.frame import Frame
from artengine.model import Model
from artengine.nn.precision import Precision, precision_scope
from artengine.nn.predictor import KerasRuntime, Predictor
from artengine.nn.runtimes import build_dtype, runtime_for
from artengine.stepping.engines import installed_runtimes
from artengine.stepping.predictor import Runtime


def main() -> None:
    """Run the sides and print."""
    models = load_catalog().models
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(models))
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    options = parser.parse_args()
    if unknown := [name for name in options.models if name not in models]:
        parser.error(f"no model {unknown[0]}; there are: {', '.join(models)}")
    for name in options.models or ["swift", "flow", "convlstm", "deep"]:
        print(f"{name} at {options.size}x{options.size} in {options.precision}")
        compare(models[name](), options.size, options.frames, options.precision)


def compare(model: Model, size: int, count: int, precision: Precision) -> None:
    """Time the sides in turns."""
    rng = np.random.default_rng(0)
    begin = [rng.random((size, size, 3), dtype=np.float32) for _ in range(model.context)]
    networks = networks_of(model, precision)
    sides: dict[str, Predictor] = {}
    for name, make in runtimes_of(model, networks, precision).items():
        try:
            predictor = Predictor(model, networks[precision], runtime=make())
            # Trace or convert before timing.
            frames = [*begin[1:], predictor(begin)]
            predictor(frames)
        except ArtengineError as error:
            print(f"  {name:10} {error}")
        else:
            sides[name] = predictor
    contexts: dict[str, list[Frame]] = {name: list(begin) for name in sides}
    passed: dict[str, list[float]] = {name: [] for name in sides}
    computed: dict[str, list[float]] = {name: [] for name in sides}
    for index in range(count):
        for name, predictor in sides.items():
            began, began_computing = time.perf_counter(), time.process_time()
            made = predictor(contexts[name], (0, index))
            passed[name].append(1000 * (time.perf_counter() - began))
            computed[name].append(1000 * (time.process_time() - began_computing))
            contexts[name] = [*contexts[name][1:], made]
    for name in sides:
        ratios = [
            statistics.median(a / b for a, b in zip(times[name], times["variables"], strict=True))
            for times in (passed, computed)
        ]
        print(
            f"  {name:10} {statistics.median(passed[name]):8.1f} ms, ratio {ratios[0]:.2f};"
            f" computing {statistics.median(computed[name]):8.1f} ms, ratio {ratios[1]:.2f}"
        )


def networks_of(model: Model, precision: Precision) -> dict[Precision, Any]:
    """Build one network in every precision in which a side needs its layers."""
    built: dict[Precision, Any] = {}
    for layers in (precision, *(build_dtype(name, precision) for name in installed_runtimes())):
        if layers not in built:
            with precision_scope(layers):
                built[layers] = model.build()
            built[layers].set_weights(built[precision].get_weights())
    return built


def runtimes_of(
    model: Model, networks: Mapping[Precision, Any], precision: Precision
) -> dict[str, Callable[[], Runtime]]:
    """Return the factory of each side's runtime."""
    return {
        "variables": partial(KerasRuntime, model, networks[precision]),
        "constants": partial(KerasRuntime, model, networks[precision], fixed=True),
        **{
            name: partial(
                runtime_for, name, model, networks[build_dtype(name, precision)], precision
            )
            for name in installed_runtimes()
        },
    }


if __name__ == "__main__":
    main()
