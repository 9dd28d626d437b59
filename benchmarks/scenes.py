"""Time every scene of the synthetic source per picture.

    python benchmarks/scenes.py [SCENE ...] [--size 512 256] [--pictures 24] [--against FOLDER]

This prints medians of processor time over all cores and of wall time, over consecutive pictures
from four moments of the scene. The preparation of a scene for a size is printed separately, and the
first picture at each moment does not count. `--against` takes a folder with other scenes, such as
`plugins/artengine_plugins/sources/scenes` of an earlier checkout: they are timed in the same turns,
and the pictures of both are compared.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import numpy as np

from artengine.api import Picture
from artengine.dream.allocator import keep_memory

Made = TypeVar("Made")

FPS = 24
EARLIER = "earlier_scenes"
"""The module name under which scenes of another folder are imported."""


@dataclass
class Side:
    """The scenes of one folder, and the times of one of them."""

    label: str
    package: ModuleType
    prepared: float = 0.0
    computed: list[float] = field(default_factory=list)
    passed: list[float] = field(default_factory=list)

    def draws(self, scene: str, size: int) -> Callable[[float], Picture]:
        """Prepare a scene as the source does by default, and time the preparation."""
        kind = self.package.scene(scene)
        self.computed, self.passed = [], []
        self.prepared, _, made = timed(lambda: kind((size, size), 0, 1.0, 1.0))
        draw: Callable[[float], Picture] = made.draw
        return draw

    def __str__(self) -> str:
        computed = 1000 * statistics.median(self.computed)
        passed = 1000 * statistics.median(self.passed)
        return (
            f"{self.label:9}computing {computed:6.1f} ms, least {1000 * min(self.computed):6.1f},"
            f" most {1000 * max(self.computed):6.1f}, passing {passed:6.1f} ms,"
            f" preparing {1000 * self.prepared:6.0f} ms"
        )


def main() -> None:
    """Time the scenes and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help="all when left out")
    parser.add_argument("--size", type=int, nargs="+", default=[512, 256])
    parser.add_argument("--pictures", type=int, default=24)
    parser.add_argument("--against", type=Path, default=None, metavar="FOLDER")
    options = parser.parse_args()
    sides = [Side("", importlib.import_module("artengine_plugins.sources.scenes"))]
    if options.against:
        sides = [Side("now", sides[0].package), Side("earlier", package_in(options.against))]
    keep_memory()  # As a dream does.
    names: Mapping[str, str] = sides[0].package.SCENES
    if unknown := [name for name in options.scenes if name not in names]:
        parser.error(f"no scene {unknown[0]}; there are: {', '.join(names)}")
    for size in options.size:
        for scene in options.scenes or names:
            apart = measured(scene, size, options.pictures, sides)
            for side in sides:
                print(f"{scene:12}{size:5} {side}", flush=True)
            if apart:
                print(f"{scene:12}{size:5} {apart}", flush=True)


def package_in(folder: Path) -> ModuleType:
    """Import the scenes of another folder, in addition to the installed ones."""
    place = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        EARLIER, place, submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None or not place.is_file():
        raise SystemExit(f"{folder}: holds no scenes")
    module = importlib.util.module_from_spec(spec)
    sys.modules[EARLIER] = module
    spec.loader.exec_module(module)
    return module


def measured(scene: str, size: int, count: int, sides: Sequence[Side]) -> str:
    """Time a scene on every side in turns, and report the difference of its pictures."""
    draws = [side.draws(scene, size) for side in sides]
    apart: list[str] = []
    levels, furthest, different = 0.0, 0, 0.0
    run = range(count // 4 + 1)
    moments = [2.9 + 11 * start + part / FPS for start in range(4) for part in run]
    for index, moment in enumerate(moments):
        pictures = []
        for side, draw in zip(sides, draws, strict=True):
            computed, passed, picture = timed(partial(draw, moment))
            pictures.append(picture)
            if index % len(run):
                side.computed.append(computed)
                side.passed.append(passed)
        off = np.abs(pictures[0].astype(np.int16) - pictures[-1])
        levels += float(off.mean()) / len(moments)
        furthest = max(furthest, int(off.max()))
        different += float((off > 0).mean()) / len(moments)
    if len(sides) > 1:
        apart.append(
            f"apart    {levels:.4f} levels of 255, at most {furthest}, {100 * different:.3f} %"
            " of the numbers"
        )
    return "\n".join(apart)


def timed(work: Callable[[], Made]) -> tuple[float, float, Made]:
    """Run something; return processor seconds, wall seconds and its result."""
    began, computing = time.perf_counter(), time.process_time()
    made = work()
    return time.process_time() - computing, time.perf_counter() - began, made


if __name__ == "__main__":
    main()
