"""Time every effect per frame, compared with swift's network.

    python benchmarks/effects.py [EFFECT ...] [--size 512] [--frames 12] [--clip CLIP]
                                 [--against FOLDER]

Effects have their default parameters, except those given as `noise:amount=0.02,monochrome=true`.
Their input is a clip, by default a synthetic scene, and the network's is noise; they take turns,
frame by frame. This prints medians of wall time and of processor time over all cores, including
ffmpeg's, which other work on the machine disturbs less, and the ratio of the latter to the
network's. Effects that take longer than the network are marked.

`--against` takes a folder with another `artengine_plugins`, such as `plugins` of an earlier
checkout: its effects are timed in place of the network, and the frames of both are compared.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from artengine.catalog import Catalog, load_catalog
from artengine.curves import Clock
from artengine.dream.allocator import keep_memory
from artengine.effect import Effect, FrameContext
from artengine.frame import Frame, to_frame
from artengine.nn.predictor import Predictor

Made = TypeVar("Made")

FPS = 24.0


@dataclass(frozen=True)
class Row:
    """The medians of an effect and of the network in the same turns, in milliseconds."""

    name: str
    passed: float
    computed: float
    network_passed: float
    network_computed: float

    @property
    def ratio(self) -> float:
        """The effect's processor time as a share of the network's."""
        return self.computed / self.network_computed

    def __str__(self) -> str:
        mark = "  slower than the network" if self.ratio > 1 else ""
        return (
            f"{self.name:22}{self.passed:8.1f} ms, computing {self.computed:6.1f} ms,"
            f" {self.ratio:5.2f} of the network's {self.network_computed:.1f} ms{mark}"
        )


def main() -> None:
    """Time the effects and print."""
    catalog = load_catalog()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("effects", nargs="*", metavar="EFFECT", help="all when left out")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--clip", type=Path, default=None)
    parser.add_argument("--against", type=Path, default=None, metavar="FOLDER")
    options = parser.parse_args()
    wanted = [table(text) for text in options.effects or catalog.effects]
    if unknown := [name for name, _ in wanted if name not in catalog.effects]:
        parser.error(f"no effect {unknown[0]}; there are: {', '.join(catalog.effects)}")
    keep_memory()  # As a dream does.
    frames = footage(catalog, options.clip, options.size, options.frames)
    if options.against:
        earlier = Earlier(options.against)
        for name, values in wanted:
            print(compared(catalog.effects[name], earlier, values, frames), flush=True)
        return
    network = swift(catalog, options.size)
    rows = []
    for name, values in wanted:
        effect = catalog.effects[name].model_validate(values)
        rows.append(measured(name, effect, network, frames))
        print(rows[-1], flush=True)
    slow = [row.name for row in rows if row.ratio > 1]
    network_time = statistics.median(row.network_passed for row in rows)
    print(f"{len(rows)} effects; network {network_time:.1f} ms; slower than it: {slow or 'none'}")


def table(text: str) -> tuple[str, dict[str, Any]]:
    """Parse an effect's name and parameters from `NAME` or `NAME:KEY=VALUE,KEY=VALUE`."""
    name, _, values = text.partition(":")
    return name, tomllib.loads(values.replace(",", "\n"))


@dataclass
class Earlier:
    """The effects of another folder with a package `artengine_plugins`."""

    folder: Path
    modules: dict[str, ModuleType] = field(default_factory=dict)

    def effect(self, kind: type[Effect]) -> type[Effect]:
        """Return the class of the same name. The modules of both packages are kept apart."""
        if not (self.folder / "artengine_plugins" / "__init__.py").is_file():
            raise SystemExit(f"{self.folder}: holds no artengine_plugins")
        own = self._swapped(self.modules)
        sys.path.insert(0, str(self.folder))
        try:
            found = getattr(importlib.import_module(kind.__module__), kind.__name__)
        finally:
            sys.path.remove(str(self.folder))
            self.modules = self._swapped(own)
        earlier: type[Effect] = found
        return earlier

    def _swapped(self, modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
        """Install these modules of the package in `sys.modules`, and return the previous ones."""
        names = [name for name in sys.modules if name.partition(".")[0] == "artengine_plugins"]
        before = {name: sys.modules.pop(name) for name in names}
        sys.modules.update(modules)
        return before


def compared(
    kind: type[Effect], earlier: Earlier, values: dict[str, Any], frames: Sequence[Frame]
) -> str:
    """Time an effect of both packages in turns, and report the difference of their frames."""
    effects = [each.model_validate(values) for each in (kind, earlier.effect(kind))]
    times: list[list[float]] = [[], []]
    apart = 0.0
    for index in range(len(frames) - 1):
        made: dict[int, Frame] = {}
        # The sides alternate in going first, because the first one loads the frame into the cache.
        for side in (0, 1) if index % 2 else (1, 0):
            effect = effects[side]
            truth = frames[index + 1] if effect.uses_truth else None
            now = FrameContext(Clock(index, FPS), truth, seed=1, slot=f"output/{kind.name}/0")
            _, computed, made[side] = timed(partial(effect.apply, frames[index], now))
            times[side].append(computed)
        apart = max(apart, float(np.abs(made[0] - made[1]).max()))
    now_ms, then_ms = ([1000 * value for value in taken[1:]] for taken in times)
    return (
        f"{kind.name:22}computing {statistics.median(now_ms):6.2f} ms, least {min(now_ms):6.2f},"
        f" earlier {statistics.median(then_ms):6.2f}, least {min(then_ms):6.2f}; apart {apart:.1e}"
    )


def footage(catalog: Catalog, clip: Path | None, size: int, count: int) -> Sequence[Frame]:
    """Return frames of a clip, or of a scene."""
    table = {"scene": "city-rain"} if clip is None else {"path": str(clip), "fit": "crop"}
    kind = catalog.get("source", "synthetic" if clip is None else "video")
    source = kind.model_validate(table)
    pictures = source.open(size=(size, size), fps=FPS).frames()
    frames = [to_frame(picture) for picture in islice(pictures, count + 1)]
    for frame in frames:
        frame.flags.writeable = False
    return frames


def swift(catalog: Catalog, size: int) -> Callable[[], object]:
    """Return a function that computes a frame of swift's network, already traced."""
    model = catalog.get("model", "swift")()
    predictor = Predictor(model, model.build())
    rng = np.random.default_rng(0)
    context = [rng.random((size, size, 3), dtype=np.float32) for _ in range(model.context)]
    predictor(context)
    return lambda: predictor(context)


def measured(
    name: str, effect: Effect, network: Callable[[], object], frames: Sequence[Frame]
) -> Row:
    """Time an effect and the network in turns."""
    times: dict[str, list[tuple[float, float]]] = {"effect": [], "network": []}
    for index in range(len(frames) - 1):
        truth = frames[index + 1] if effect.uses_truth else None
        now = FrameContext(Clock(index, FPS), truth, seed=1, slot=f"output/{name}/0")
        times["network"].append(timed(network)[:2])
        times["effect"].append(timed(partial(effect.apply, frames[index], now))[:2])
    # Skip the first frame, in which memory is allocated and stateful effects have no state yet.
    passed, computed = (
        {
            side: 1000 * statistics.median(values[part] for values in taken[1:])
            for side, taken in times.items()
        }
        for part in (0, 1)
    )
    return Row(name, passed["effect"], computed["effect"], passed["network"], computed["network"])


def timed(work: Callable[[], Made]) -> tuple[float, float, Made]:
    """Run something; return wall seconds, processor seconds with children's, and its result."""
    began, computing = time.perf_counter(), time.process_time()
    before = os.times()
    made = work()
    after = os.times()
    children = after.children_user + after.children_system
    children -= before.children_user + before.children_system
    return time.perf_counter() - began, time.process_time() - computing + children, made


if __name__ == "__main__":
    main()
