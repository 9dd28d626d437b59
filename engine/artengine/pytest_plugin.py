"""Fixtures for the tests of plugins. pytest finds them if artengine is installed.

Each imports the engine when a test uses it: a session that uses none of them does not load the
engine, so this module is separate from `artengine.testing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from artengine.effect import FrameContext
    from artengine.frame import Frame


@pytest.fixture
def frames() -> Callable[..., Sequence[Frame]]:
    """Frames of a clip: `frames((96, 64), 8)` returns eight, 96 pixels wide and 64 high.

    They are float32 `(H, W, 3)` in 0..1, read-only, and the same on every machine.
    """
    from artengine.testing import frames

    return frames


@pytest.fixture
def moment() -> Callable[..., FrameContext]:
    """A `FrameContext` for an effect: `moment(index, truth)`, at 24 frames per second."""
    from artengine.testing import moment

    return moment


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video file of 24 frames, 64x48 at 24 frames per second."""
    from artengine.testing import write_clip

    return write_clip(tmp_path_factory.mktemp("footage") / "clip.mp4")


@pytest.fixture
def small_network() -> Callable[[Sequence[Frame], tuple[int, int]], Frame]:
    """A fast fake network, to pass to `Dream` or `render` as `predict`.

    It predicts the mean of its context, a little darker.
    """
    from artengine.testing import SmallNetwork

    return SmallNetwork()


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    """Compare a picture with a stored one: `golden("ember", picture, tolerance=0.3)`.

    The file is `golden/NAME.png`, in the nearest `golden` folder at or above the test's file; if
    there is none, next to the test's file. `ARTENGINE_GOLDEN=write` writes it. A picture of the
    differences is written to `tmp_path`, or to the folder that `ARTENGINE_GOLDEN_REPORT` names.
    """
    from artengine.testing import compare_picture

    beside = request.path.parent / "golden"
    above = [parent / "golden" for parent in request.path.parents]
    inside = [each for each in above if each.is_relative_to(request.config.rootpath)]
    folder = next((each for each in inside if each.is_dir()), beside)

    def compare(name: str, picture: Any, *, tolerance: float = 0.3) -> None:
        __tracebackhide__ = True
        compare_picture(folder / f"{name}.png", picture, tolerance=tolerance, report=tmp_path)

    return compare
