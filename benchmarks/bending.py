"""Time the operations of [[bend]] against the same frame without one, in turns in one process.

python benchmarks/bending.py [--model swift] [--layer conv2d_4] [--size 512] [--rounds 12]

Also times a bend with a mask, and a frame in which the weights of a blend change. Times are
processor times over all cores.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from artengine.bend import BENDS
from artengine.catalog import load_catalog
from artengine.nn.bending import Bending
from artengine.nn.predictor import Predictor
from artengine.nn.runtimes import runtime_for
from artengine.nn.weight_blend import WeightBlending
from artengine.nn.weights import save_weights


def main() -> None:
    """Print milliseconds of processor time a frame, over all cores."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", default="swift")
    parser.add_argument("--layer", default="conv2d_4")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    model = load_catalog(user_folder=False).models[options.model]()
    network = model.build()
    rng = np.random.default_rng(0)
    frames = [rng.random((options.size, options.size, 3), np.float32) for _ in range(model.context)]
    place = SimpleNamespace(at=0.0)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.weights.h5" for name in "ab"]
        for file in files:
            save_weights(file, model.build(), {})
        moved = model.build()
        blending = WeightBlending(moved, files, place)
    runtime = runtime_for("keras", model, moved, "float32", fixed=False)
    blended = Predictor(model, moved, runtime=runtime, weights=blending)

    def moving() -> None:
        place.at = (place.at + 0.01) % 1.0
        blended(frames)

    def bent(*operations: str, mask: bool = False) -> Callable[[], None]:
        bends = [BENDS[name](layer=options.layer, amount=0.5) for name in operations]
        shares = {"bend.scale.mask": frames[0][..., 0]} if mask else {}
        bending = Bending(model, network, bends, 0, shares) if bends else None
        computes = runtime_for("keras", model, network, "float32", bends=bending)
        predict = Predictor(model, network, runtime=computes, bends=bending)

        def once() -> None:
            predict(frames)

        return once

    subjects = {"nothing": bent(), **{name: bent(name) for name in BENDS}}
    subjects |= {"with a mask": bent("scale", mask=True), "blend": moving}
    taken: dict[str, list[float]] = {name: [] for name in subjects}
    for once in subjects.values():
        once()
    for _ in range(options.rounds):
        for name, once in subjects.items():
            began = time.process_time()
            once()
            taken[name].append(1000 * (time.process_time() - began))
    # The minimum over all rounds is the time least disturbed by other processes.
    plain = min(taken["nothing"])
    print(f"{options.model} at {options.size}x{options.size}, bent at {options.layer}")
    print(f"{'':12}{'least ms':>10}{'median ms':>11}{'more':>8}")
    for name, times in taken.items():
        more = f"{100 * (min(times) / plain - 1):+7.1f}%"
        print(f"{name:12}{min(times):10.1f}{statistics.median(times):11.1f}{more:>8}")


if __name__ == "__main__":
    main()
