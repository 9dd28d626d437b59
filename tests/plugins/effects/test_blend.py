"""Blend: each mode against the formula in its specification, and files as layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from PIL import Image

from artengine.api import Frame, FrameContext, SourceError
from artengine_plugins.effects.blend import Blend
from artengine_plugins.effects.picture_in_picture import PictureInPicture
from artengine_plugins.imaging.blend_modes import BlendMode
from artengine_plugins.imaging.luma import luma

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


def hard_light(b: float, s: float) -> float:
    return b * 2 * s if s <= 0.5 else b + (2 * s - 1) - b * (2 * s - 1)


def soft_light(b: float, s: float) -> float:
    if s <= 0.5:
        return b - (1 - 2 * s) * b * (1 - b)
    d = ((16 * b - 12) * b + 4) * b if b <= 0.25 else math.sqrt(b)
    return b + (2 * s - 1) * (d - b)


def dodge(b: float, s: float) -> float:
    return b / max(1 - s, 1 / 16)


def burn(b: float, s: float) -> float:
    return 1 - (1 - b) / max(s, 1 / 16)


FORMULAS: dict[str, Callable[[float, float], float]] = {
    "normal": lambda b, s: s,
    "add": lambda b, s: b + s,
    "subtract": lambda b, s: b - s,
    "multiply": lambda b, s: b * s,
    "screen": lambda b, s: b + s - b * s,
    "lighten": max,
    "darken": min,
    "difference": lambda b, s: abs(b - s),
    "exclusion": lambda b, s: b + s - 2 * b * s,
    "overlay": lambda b, s: hard_light(s, b),
    "hard-light": hard_light,
    "soft-light": soft_light,
    "vivid-light": lambda b, s: dodge(b, 2 * s - 1) if s > 0.5 else burn(b, 2 * s),
    "linear-light": lambda b, s: b + 2 * s - 1,
    "pin-light": lambda b, s: max(min(b, 2 * s), 2 * s - 1),
    "colour-dodge": lambda b, s: dodge(b, s),
    "colour-burn": lambda b, s: burn(b, s),
    "hard-mix": lambda b, s: float(b + s > 1),
}


@pytest.mark.parametrize("mode", sorted(FORMULAS))
def test_each_mode_equals_its_formula(mode: str, random: Random, at: At) -> None:
    frame, truth = random(16, 16), random(16, 16, seed=2)
    blended = Blend.model_validate({"mode": mode, "amount": 1.0}).apply(frame, at(0, truth))
    expected = np.vectorize(FORMULAS[mode])(frame.astype(float), truth.astype(float))
    np.testing.assert_allclose(blended, expected, atol=1e-5)


def test_colour_and_luminosity_modes_replace_only_one_of_the_two(random: Random, at: At) -> None:
    frame, truth = random(16, 16), random(16, 16, seed=2)
    coloured = Blend(mode="colour", amount=1.0).apply(frame, at(0, truth))
    np.testing.assert_allclose(luma(coloured), luma(frame), atol=1e-5)
    np.testing.assert_allclose(np.diff(coloured), np.diff(truth), atol=1e-5)
    lit = Blend(mode="luminosity", amount=1.0).apply(frame, at(0, truth))
    np.testing.assert_allclose(luma(lit), luma(truth), atol=1e-5)
    np.testing.assert_allclose(np.diff(lit), np.diff(frame), atol=1e-5)


def test_every_mode_has_a_formula() -> None:
    assert set(get_args(BlendMode)) == FORMULAS.keys() | {"colour", "luminosity"}
    assert len(get_args(BlendMode)) == 20


def test_amount_interpolates_between_frame_and_blend(random: Random, at: At) -> None:
    frame, truth = random(16, 16), random(16, 16, seed=2)
    np.testing.assert_allclose(
        Blend(amount=0.25).apply(frame, at(0, truth)), 0.75 * frame + 0.25 * truth, atol=1e-6
    )
    np.testing.assert_allclose(
        Blend(amount=0.0, mode="difference").apply(frame, at(0, truth)), frame, atol=1e-6
    )


def test_a_picture_is_blended_over_the_dream(random: Random, at: At, tmp_path: Path) -> None:
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 40:] = 255
    Image.fromarray(picture).save(tmp_path / "half.png")
    frame = random(32, 32)
    laid = Blend(path=str(tmp_path / "half.png"), amount=1.0).apply(frame, at(0, frame))
    assert laid[:, :14].max() < 0.05
    assert laid[:, 18:].min() > 0.95


def test_a_film_is_blended_over_the_dream_from_any_frame_on(
    bikes: Path, random: Random, at: At
) -> None:
    frame = random(64, 32)
    played, resumed = (Blend(path=str(bikes), amount=1.0) for _ in range(2))
    shown = [played.apply(frame, at(index, frame)) for index in range(6)]
    assert (shown[0] != shown[5]).any()
    resumed_frames = [resumed.apply(frame, at(index, frame)) for index in (3, 4, 5, 0)]
    np.testing.assert_array_equal(resumed_frames, [shown[3], shown[4], shown[5], shown[0]])


@pytest.mark.parametrize("name", ["none.png", "none.mp4", "text.png"])
def test_a_file_that_cannot_be_read_is_named(
    name: str, random: Random, at: At, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    frame = random(8, 8)
    with pytest.raises(SourceError, match=name.replace(".", r"\.")) as raised:
        Blend(path=str(tmp_path / name)).apply(frame, at(0, frame))
    assert "\n" not in str(raised.value)


def test_picture_in_picture_shows_footage_or_the_dream(shots: Shots, at: At) -> None:
    frame, truth = shots(96, 64)[:2]
    effect = PictureInPicture(size=0.5, x=0.5, y=0.5, rim=0.0)
    small = cv2.resize(truth, (48, 32), interpolation=cv2.INTER_AREA)
    shown = effect.apply(frame, at(0, truth))
    np.testing.assert_allclose(shown[17:47, 25:71], small[1:31, 1:47], atol=0.2)
    assert np.abs(shown[16:48, 24:72] - small).mean() < 0.03
    np.testing.assert_array_equal(shown[:14], frame[:14])
    own = PictureInPicture(size=0.5, x=0.5, y=0.5, rim=0.1, shows="frame")
    inside = own.apply(frame, at(0, truth))
    assert inside[16:18, 30:60].min() > 0.5, "a white rim"
    soft = PictureInPicture(size=1.0, x=0.5, y=0.5, rim=0.0, softness=1.0)
    faded = soft.apply(np.zeros_like(frame), at(0, np.ones_like(frame)))
    assert faded[0].max() < 0.1 < 0.9 < faded[32, 48, 0]
