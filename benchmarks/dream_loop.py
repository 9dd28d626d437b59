"""Time a dream against its network alone, and against a plain loop like the original's.

    python benchmarks/dream_loop.py CLIP [--model swift|hourglass] [--size 512] [--frames 60]
        [--rounds 5] [--runtime keras|openvino] [--precision float32|bfloat16] [--set width=16]

Four sides take turns in one process, round after round, on the same network and the same clip:

- network: predictions only, each from the last few predictions;
- free: the whole dream with feedback effects, three for swift and one for hourglass, and an mp4
  writer; no effect uses the source frame;
- engine: the same, but the last effect uses the source frame, so the clip is decoded in parallel;
- plain: predict with Keras, read and resize the truth from JPEG files, one effect, save a JPEG.

This prints the medians over the rounds and their ratios, of wall time and of processor time over
all cores, including ffmpeg's processes. Other programs disturb processor time less; still, run
this on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from PIL import Image

from artengine.catalog import load_catalog
from artengine.dream.render import render
from artengine.dream.targets import targets
from artengine.errors import ArtengineError
from artengine.frame import Frame, to_picture
from artengine.nn.precision import Precision, precision_scope
from artengine.nn.predictor import Predictor
from artengine.nn.runtimes import build_dtype, runtime_for
from artengine.preset import Preset, parse_preset
from artengine.runtime_names import RuntimeName

TRUTH: dict[str, dict[str, Any]] = {
    "hourglass": {"use": "negative-mix", "noise": 0.1, "flip_every": 10},
    "swift": {"use": "blend", "amount": 0.1},
}
FREE: list[dict[str, Any]] = [{"use": "noise", "amount": 0.02}, {"use": "zoom", "factor": 1.01}]
SHARPEN: dict[str, Any] = {"use": "sharpen", "amount": 0.5}


@dataclass(frozen=True, slots=True)
class Spent:
    """The wall seconds and the processor seconds of a side."""

    passed: float
    worked: float


def main() -> None:
    """Run the sides and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("--model", default="swift", choices=sorted(TRUTH))
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runtime", default="keras", choices=get_args(RuntimeName))
    parser.add_argument("--precision", default="float32", choices=get_args(Precision))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="sets")
    options = parser.parse_args()

    catalog = load_catalog()

    def dreaming(last: dict[str, Any]) -> Preset:
        return parse_preset(
            {
                "source": {"use": "video", "path": "clip"},
                "model": {"use": options.model},
                "dream": {"size": [options.size] * 2, "frames": options.frames},
                "feedback": [*FREE, last] if options.model == "swift" else [last],
            },
            catalog,
            [f"source.path={options.clip.absolute()}", *(f"model.{s}" for s in options.sets)],
        )

    try:
        preset, free = dreaming(TRUTH[options.model]), dreaming(SHARPEN)
        with precision_scope(build_dtype(options.runtime, options.precision)):
            network = preset.model.build()
        runtime = runtime_for(options.runtime, preset.model, network, options.precision)
    except ArtengineError as error:
        parser.error(str(error))
    predictor = Predictor(preset.model, network, runtime=runtime)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        stills = save_stills(preset, folder, options.frames + preset.model.context)
        to = targets(preset, catalog, [folder / "film.mp4"], folder, overwrite=True)
        sides: dict[str, Callable[[], float]] = {
            "network": lambda: network_alone(predictor, stills, preset),
            "free": lambda: render(free, catalog, to, predict=predictor).seconds,
            "engine": lambda: render(preset, catalog, to, predict=predictor).seconds,
            "plain": lambda: plain_loop(network, stills, preset, folder),
        }
        for side in sides.values():
            side()
        spent: dict[str, list[Spent]] = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, side in sides.items():
                before = worked()
                seconds = side()
                spent[name].append(Spent(seconds, worked() - before))

    print(
        f"{options.model} at {options.size}x{options.size} with {options.runtime} in "
        f"{options.precision}, {options.frames} frames a round"
    )
    for name, found in spent.items():
        passed = [1000 * s.passed / options.frames for s in found]
        work = [1000 * s.worked / options.frames for s in found]
        median = statistics.median(passed)
        print(
            f"{name:8} {median:8.1f} ms a frame ({1000 / median:5.1f} a second), "
            f"from {min(passed):.1f} to {max(passed):.1f}; {statistics.median(work):.1f} ms of work"
        )
    for one, other in (("engine", "network"), ("engine", "plain"), ("free", "engine")):
        pairs = list(zip(spent[one], spent[other], strict=True))
        passed = [a.passed / b.passed for a, b in pairs]
        work = [a.worked / b.worked for a, b in pairs]
        print(
            f"{one} / {other}: median {statistics.median(passed):.3f}, "
            f"of the work {statistics.median(work):.3f}"
        )


def worked() -> float:
    """Return processor seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


def save_stills(preset: Preset, folder: Path, count: int) -> list[Path]:
    """Save the clip's first pictures as JPEG files at their own size, as the original did."""
    paths = []
    for number, picture in enumerate(preset.source.open().frames()):
        if number == count:
            break
        paths.append(folder / f"still{number:05d}.jpg")
        Image.fromarray(picture).save(paths[-1])
    return paths


def read_still(path: Path, preset: Preset) -> Frame:
    """Read and resize a still, as the original did for each frame."""
    with Image.open(path) as image:
        resized = image.resize(preset.dream.size or image.size).convert("RGB")
    return np.asarray(resized, dtype=np.float32) / np.float32(255)


def network_alone(predictor: Predictor, stills: list[Path], preset: Preset) -> float:
    """Return the seconds of the predictions alone, each fed back."""
    n = preset.model.context
    frames = [read_still(path, preset) for path in stills[:n]]
    began = time.perf_counter()
    for _ in range(preset.dream.frames):
        frames = [*frames[1:], predictor(frames)]
    return time.perf_counter() - began


def plain_loop(network: Any, stills: list[Path], preset: Preset, folder: Path) -> float:
    """Return the seconds of a loop like the original's: everything in sequence, no overlap."""
    n = preset.model.context
    stack = np.concatenate([read_still(path, preset) for path in stills[:n]], axis=-1)[None]
    rng = np.random.default_rng(0)
    began = time.perf_counter()
    for index in range(preset.dream.frames):
        prediction = np.asarray(network.predict(stack, verbose=0)[0], np.float32)
        truth = read_still(stills[index + n], preset)
        fed = prediction - truth + 0.1 * rng.normal(size=truth.shape)
        stack = np.concatenate([stack[..., 3:], fed[None].astype(np.float32)], axis=-1)
        Image.fromarray(to_picture(prediction)).save(folder / f"frame{index:05d}.jpg")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
