"""Golden pictures of effects on a fixed clip, and of scenes: see the fixture `golden`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from artengine.api import Clock, Effect, Frame, FrameContext, Picture, size_of, to_frame, to_picture
from artengine.catalog import load_catalog
from artengine.params import check
from artengine.testing import ConformanceError
from artengine_plugins.sources.synthetic import Synthetic

Golden = Callable[..., None]

CLIP = Path(__file__).parent / "golden" / "clip.png"
"""Six frames of the scene city-rain, 64x48 each, side by side."""

EFFECTS: Sequence[type[Effect]] = list(load_catalog().effects.values())
SCENES: tuple[str, ...] = get_args(Synthetic.model_fields["scene"].annotation)

PARAMETERS: dict[str, dict[str, Any]] = {"clip": {"high": 0.6}}
"""Parameters of effects that do nothing by default."""

TOLERANCES = {"codec-mosh": 6.0, "byte-corruption": 6.0, "jpeg": 2.0, "dither": 6.0}
"""For effects whose pixels depend on an encoder, or on error diffused from earlier pixels."""


@pytest.fixture(scope="module")
def clip() -> Sequence[Frame]:
    strip = np.asarray(Image.open(CLIP).convert("RGB"))
    frames = [to_frame(np.ascontiguousarray(part)) for part in np.split(strip, 6, axis=1)]
    for frame in frames:
        frame.setflags(write=False)
    return frames


def strip(kind: type[Effect], clip: Sequence[Frame]) -> Picture:
    """Return frames two and five of a film with the effect, and a frame that was fed back.

    The film is the clip mirrored and brighter by a factor of 1.2, so that it differs from the
    truth. The frame that is fed back passes through the effect five times.
    """
    dream = [np.ascontiguousarray(frame[:, ::-1] * np.float32(1.2)) for frame in clip]
    nows = [
        FrameContext(Clock(n, 24.0), truth, seed=5, slot="golden") for n, truth in enumerate(clip)
    ]
    effect, fed_back = configured(kind), configured(kind)
    shown = [effect.apply(frame, now) for frame, now in zip(dream[:5], nows, strict=False)]
    parts = [shown[1], shown[4]]
    fed = dream[0]
    if size_of(shown[0]) == size_of(fed):
        for now in nows[:5]:
            fed = fed_back.apply(fed, now)
        parts.append(fed)
    return np.hstack([to_picture(part) for part in parts])


def configured(kind: type[Effect]) -> Effect:
    effect = check(kind, PARAMETERS.get(kind.name, {}))
    assert isinstance(effect, kind), effect
    return effect


@pytest.mark.parametrize("kind", EFFECTS, ids=lambda kind: kind.name)
def test_effect(kind: type[Effect], clip: Sequence[Frame], golden: Golden) -> None:
    tolerance = TOLERANCES.get(kind.name, 0.3)
    golden(f"effects/{kind.name}", strip(kind, clip), tolerance=tolerance)


@pytest.mark.parametrize("scene", SCENES)
def test_scene(scene: str, golden: Golden) -> None:
    footage = check(Synthetic, {"scene": scene, "seed": 1})
    assert isinstance(footage, Synthetic), footage
    frames = list(islice(footage.open(size=(96, 64), fps=24.0).frames(), 49))
    golden(f"scenes/{scene}", np.hstack([frames[0], frames[48]]), tolerance=0.3)


def test_no_golden_picture_is_left_over() -> None:
    names = {path.stem for path in (CLIP.parent / "effects").glob("*.png")}
    assert names == {kind.name for kind in EFFECTS}
    assert {path.stem for path in (CLIP.parent / "scenes").glob("*.png")} == set(SCENES)


def test_a_difference_is_reported_as_a_picture(
    golden: Golden, tmp_path: Path, clip: Sequence[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARTENGINE_GOLDEN", raising=False)
    monkeypatch.delenv("ARTENGINE_GOLDEN_REPORT", raising=False)
    unchanged = np.hstack([to_picture(frame) for frame in clip])
    golden("clip", unchanged, tolerance=0.0)
    with pytest.raises(ConformanceError, match=r"clip: differs by 5\.\d+ of 255"):
        golden("clip", np.clip(unchanged.astype(int) + 6, 0, 255).astype(np.uint8), tolerance=1.0)
    assert Image.open(tmp_path / "clip.png").size == (3 * 6 * 64, 48)
