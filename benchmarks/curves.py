"""What curves cost a frame.

    python benchmarks/curves.py [--size 512] [--frames 60] [--rounds 5]

First eight curves by themselves: what the processor spends on all of them for a frame. Then a chain
of six effects, with numbers and with curves that give the same numbers, in turns; printed are the
medians over the rounds and their ratio. The pictures of both are the same, which is checked.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from artengine.catalog import load_catalog
from artengine.chain import Chain
from artengine.curves import Clock, Scope
from artengine.curves.named import NamedSignals
from artengine.dream.curve_values import curve_values
from artengine.frame import Frame
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


def main() -> None:
    """Run both parts and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    alone = [eight_curves() for _ in range(options.rounds)]
    print(f"eight curves: {1000 * statistics.median(alone):.3f} ms a frame")
    plain, driven = six_effects(options.size, options.frames, options.rounds)
    print(
        f"six effects at {options.size}x{options.size}: {1000 * plain:.2f} ms a frame with "
        f"numbers, {1000 * driven:.2f} ms with curves: {100 * (driven / plain - 1):+.1f} %"
    )


def eight_curves(frames: int = 5000) -> float:
    """Seconds of the processor for all of them and a frame."""
    preset = preset_of([], EIGHT, frames)
    signals = NamedSignals(preset.curves, Scope(24.0, frames, 1))
    signals.at(Clock(0, 24.0, frames))
    began = time.process_time()
    for index in range(1, frames):
        signals.at(Clock(index, 24.0, frames))
    return (time.process_time() - began) / (frames - 1)


def six_effects(size: int, frames: int, rounds: int) -> tuple[float, float]:
    """Seconds of the processor for a frame, with numbers and with curves."""
    chance = np.random.default_rng(0)
    frame = chance.random((size, size, 3), np.float32)
    presets = preset_of(EFFECTS, {}, frames), preset_of(driven(EFFECTS), {"level": 1.0}, frames)
    assert len(curve_values(presets[1], 24.0).values) == 1 + len(EFFECTS)
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        found = [played(preset, frame, frames) for preset in presets]
        np.testing.assert_array_equal(found[0][1], found[1][1])
        for seconds, (took, _) in zip(spent, found, strict=True):
            seconds.append(took)
    return statistics.median(spent[0][1:]), statistics.median(spent[1][1:])


def driven(effects: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same effects, each number an expression of a named curve."""
    return [
        {name: value if name == "use" else f"{value!r} * level" for name, value in effect.items()}
        for effect in effects
    ]


def played(preset: Preset, frame: Frame, frames: int) -> tuple[float, Frame]:
    """Send a frame through the chain so many times; seconds for each, and the last result."""
    chain: Chain = preset.feedback_chain()
    signals = NamedSignals(preset.curves, Scope(24.0, frames, preset.seed))
    result = frame
    began = time.process_time()
    for index in range(frames):
        clock = Clock(index, 24.0, frames)
        result = chain.apply(frame, clock, None, (), signals.at(clock))
    return (time.process_time() - began) / frames, result


def preset_of(effects: list[dict[str, Any]], curves: dict[str, Any], frames: int) -> Preset:
    """A preset with those effects and curves."""
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
