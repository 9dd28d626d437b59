"""Time curves and masks per frame.

    python benchmarks/curves.py [--size 512] [--frames 60] [--rounds 5]

First, eight curves alone: processor time of all of them per frame. Then a chain of six effects,
with numbers, with curves of the same values, and with masks in addition, in turns with swift's
network. This prints the medians over the rounds, and the cost of curves and masks as a share of the
whole frame, network and effects. It checks that numbers and curves give the same pictures. All
times are processor times over all cores.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from artengine.catalog import load_catalog
from artengine.chain import Chain
from artengine.curves import Clock, Scope
from artengine.curves.named import NamedSignals
from artengine.dream.allocator import keep_memory
from artengine.dream.curve_values import curve_values
from artengine.frame import Frame
from artengine.nn.predictor import Predictor
from artengine.preset import Preset, parse_preset

EIGHT: dict[str, Any] = {
    "kick": "pulse(beat, 0.1)",
    "pump": "lag(kick, 0.02, 0.3)",
    "wander": "walk(0.2)",
    "swell": {"keys": {"0bar": 0.0, "2bar": 1.0}, "ease": "in-out-elastic", "repeat": "4bar"},
    "grain": "0.1 + 0.2 * noise(3 * t) * (1 - pump)",
    "turn": "clip(4 * (wander - 0.5) + sin(tau * beat / 8), -3, 3)",
    "held": "hold(rand(), bar * 2) * smoothstep(0.1, 0.9, progress)",
    "late": "max(delay(pump, 0.25), prev * 0.9)",
}

EFFECTS: list[dict[str, Any]] = [
    {"use": "noise", "amount": 0.05},
    {"use": "zoom", "factor": 1.01},
    {"use": "rotate", "degrees": 1.5},
    {"use": "sharpen", "amount": 0.5},
    {"use": "saturation", "factor": 0.9},
    {"use": "levels", "contrast": 1.1},
]


MASKS = [
    "feather(x < progress, 32)",
    "luma > 0.5",
    "radius(0.5, 0.5) < 0.2 + 0.2 * level",
    "truth.luma > 0.3 and y < 0.9",
    "noise(0.25, 0.5)",
    "motion > 0.01 or edges > 0.2",
]
"""A mask for each of the effects."""


def main() -> None:
    """Run both parts and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    keep_memory()
    alone = [eight_curves() for _ in range(options.rounds)]
    print(f"eight curves: {1000 * statistics.median(alone):.3f} ms a frame")
    network, plain, driven, masked = six_effects(options.size, options.frames, options.rounds)
    whole = network + plain
    print(
        f"at {options.size}x{options.size}, ms of computing a frame: network {1000 * network:.1f}"
    )
    for label, took in (("numbers", plain), ("curves", driven), ("curves and masks", masked)):
        share = f"{100 * (took - plain) / whole:+.1f} % of the frame"
        print(f"six effects with {label:18} {1000 * took:7.2f} {share}")


def eight_curves(frames: int = 5000) -> float:
    """Return processor seconds of all eight curves per frame."""
    preset = preset_of([], EIGHT, frames)
    signals = NamedSignals(preset.curves, Scope(24.0, frames, 1))
    signals.at(Clock(0, 24.0, frames))
    began = time.process_time()
    for index in range(1, frames):
        signals.at(Clock(index, 24.0, frames))
    return (time.process_time() - began) / (frames - 1)


def six_effects(size: int, frames: int, rounds: int) -> list[float]:
    """Return processor seconds per frame: of the network, and of the effects with numbers, with
    curves, and with curves and masks."""
    chance = np.random.default_rng(0)
    frame = chance.random((size, size, 3), np.float32)
    masked = [{**effect, "mask": mask} for effect, mask in zip(driven(EFFECTS), MASKS, strict=True)]
    presets = [
        preset_of(EFFECTS, {}, frames),
        preset_of(driven(EFFECTS), {"level": 1.0}, frames),
        preset_of(masked, {"level": 1.0}, frames),
    ]
    assert len(curve_values(presets[1], 24.0).values) == 1 + len(EFFECTS)
    network = swift(size)
    spent: list[list[float]] = [[] for _ in range(1 + len(presets))]
    for _ in range(rounds + 1):
        began = time.process_time()
        for _ in range(3):
            network()
        spent[0].append((time.process_time() - began) / 3)
        found = [played(preset, frame, frames) for preset in presets]
        np.testing.assert_array_equal(found[0][1], found[1][1])
        for seconds, (took, _) in zip(spent[1:], found, strict=True):
            seconds.append(took)
    return [statistics.median(seconds[1:]) for seconds in spent]


def swift(size: int) -> Callable[[], object]:
    """Return a function that computes a frame of swift's network, already traced."""
    model = load_catalog(user_folder=False).get("model", "swift")()
    predictor = Predictor(model, model.build())
    chance = np.random.default_rng(0)
    context = [chance.random((size, size, 3), np.float32) for _ in range(model.context)]
    predictor(context)
    return lambda: predictor(context)


def driven(effects: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the same effects with each number as an expression of a named curve."""
    return [
        {name: value if name == "use" else f"{value!r} * level" for name, value in effect.items()}
        for effect in effects
    ]


def played(preset: Preset, frame: Frame, frames: int) -> tuple[float, Frame]:
    """Apply the chain to a frame repeatedly; return the seconds of each, and the last result."""
    chain: Chain = preset.feedback_chain()
    signals = NamedSignals(preset.curves, Scope(24.0, frames, preset.seed))
    result = frame
    began = time.process_time()
    for index in range(frames):
        clock = Clock(index, 24.0, frames)
        result = chain.apply(frame, clock, frame, (), signals.at(clock))
    return (time.process_time() - began) / frames, result


def preset_of(effects: list[dict[str, Any]], curves: dict[str, Any], frames: int) -> Preset:
    """Return a preset with these effects and curves."""
    table = {
        "source": {"use": "synthetic"},
        "model": {"use": "swift"},
        "dream": {"frames": frames},
        "curves": curves,
        "feedback": effects,
    }
    return parse_preset(table, load_catalog(user_folder=False), name="curves")


if __name__ == "__main__":
    main()
