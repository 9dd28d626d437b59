"""What a model's frame takes with each runtime, and what constants and folding are worth.

    python benchmarks/runtimes.py [MODEL ...] [--size 256] [--frames 12] [--precision float32]

The sides take turns in one process, frame by frame, on the same network with random weights:

- variables: Keras, with the network's variables, as a training watches it;
- constants: Keras, with weights as constants of the trace;
- keras: the runtime, in which normalisation is folded into convolutions as well;
- openvino: the runtime, where it is installed.

Printed are medians, of the time that passes and of the time that all cores compute, which other
work on the machine disturbs less, and their ratios to the first side. TF_ENABLE_ONEDNN_OPTS=1 turns
on the library that TensorFlow uses by itself on processors with AVX512 or AMX only.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from artengine.catalog import load_catalog
from artengine.frame import Frame
from artengine.model import Model
from artengine.nn.precision import Precision, building_in
from artengine.nn.predictor import KerasRuntime, Predictor, Runtime
from artengine.nn.runtimes import installed_runtimes, layers_in, runtime_for


def main() -> None:
    """Run the sides and print."""
    models = load_catalog().models
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(models))
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    options = parser.parse_args()
    for name in options.models or ["swift", "flow", "convlstm", "deep"]:
        print(f"{name} at {options.size}x{options.size} in {options.precision}")
        compare(models[name](), options.size, options.frames, options.precision)


def compare(model: Model, size: int, count: int, precision: Precision) -> None:
    """Time the sides in turns."""
    with building_in(precision):
        network = model.build()
    computes: dict[str, Runtime] = {
        "variables": KerasRuntime(model, network),
        "constants": KerasRuntime(model, network, fixed=True),
    }
    for runtime in installed_runtimes():
        with building_in(layers_in(runtime, precision)):
            built = model.build()
        computes[runtime] = runtime_for(runtime, model, built, precision)
    sides = {name: Predictor(model, network, runtime=each) for name, each in computes.items()}
    rng = np.random.default_rng(0)
    begin = [rng.random((size, size, 3), dtype=np.float32) for _ in range(model.context)]
    frames: dict[str, list[Frame]] = {name: list(begin) for name in sides}
    passed: dict[str, list[float]] = {name: [] for name in sides}
    computed: dict[str, list[float]] = {name: [] for name in sides}
    for index in range(-2, count):  # the first two are not timed
        for name, predictor in sides.items():
            began, began_computing = time.perf_counter(), time.process_time()
            made = predictor(frames[name], (0, index + 2))
            if index >= 0:
                passed[name].append(1000 * (time.perf_counter() - began))
                computed[name].append(1000 * (time.process_time() - began_computing))
            frames[name] = [*frames[name][1:], made]
    for name in sides:
        ratios = [
            statistics.median(a / b for a, b in zip(times[name], times["variables"], strict=True))
            for times in (passed, computed)
        ]
        print(
            f"  {name:10} {statistics.median(passed[name]):8.1f} ms, ratio {ratios[0]:.2f};"
            f" computing {statistics.median(computed[name]):8.1f} ms, ratio {ratios[1]:.2f}"
        )


if __name__ == "__main__":
    main()
