"""The runtime that makes a film if `--runtime` is not given."""

from __future__ import annotations

from dataclasses import dataclass

from artengine.arithmetic import keras_backend
from artengine.cli.film_bench import Film, Side
from artengine.default_runtime import VARIABLE, default_runtime, wanted_runtime
from artengine.preset import Preset
from artengine.quickest import quickest
from artengine.weights import find_blended


@dataclass(frozen=True, slots=True)
class Usual:
    """The runtime that makes a film if `--runtime` is not given.

    Args:
        side: the runtime with its backend.
        name: its name in messages, such as "the default".
    """

    side: Side
    name: str = "the default"


def usual_side(preset: Preset, film: Film) -> Usual:
    """Return the runtime that makes a preset's film, as set by the preset or the environment.

    Raises:
        UsageError: when the environment names an unknown runtime.
    """
    weights, wanted = find_blended(preset)[0], wanted_runtime(preset)
    if wanted == "auto":
        runtime = quickest(preset.with_values({"dream.size": list(film.size)}), weights).runtime
    else:
        runtime = default_runtime(preset, weights) if wanted == "default" else wanted
    name = "the default"
    if preset.dream.runtime != "default":
        name = f"{wanted}, which the preset names"
    elif wanted != "default":
        name = f"{wanted}, which {VARIABLE} names"
    return Usual(Side(runtime, keras_backend()), name)
