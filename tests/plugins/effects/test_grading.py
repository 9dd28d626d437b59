"""Effects of colour grading: curves, LUTs, inks, false-colour scales, and coherence."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artengine.api import Clock, Frame, FrameContext, PluginError, SourceError, to_picture
from artengine.binding import Binding
from artengine.chain import Chain
from artengine_plugins.effects.bleach import Bleach
from artengine_plugins.effects.channel_mixer import ChannelMixer
from artengine_plugins.effects.coherence import Coherence
from artengine_plugins.effects.duotone import Duotone
from artengine_plugins.effects.false_colour import FalseColour
from artengine_plugins.effects.invert import Invert
from artengine_plugins.effects.lut import Lut
from artengine_plugins.effects.thermal import Thermal
from artengine_plugins.effects.tone_curve import ToneCurve
from artengine_plugins.imaging.colour import parse_colours
from artengine_plugins.imaging.luma import luma
from artengine_plugins.imaging.oklab import (
    frame_from_oklab,
    frame_to_oklab,
    to_oklab,
)

At = Callable[[int, Frame], FrameContext]
Random = Callable[..., Frame]
Shots = Callable[[int, int], Sequence[Frame]]


@pytest.fixture
def ramp() -> Frame:
    """Greys from 0 to 1 across."""
    greys = np.linspace(0.0, 1.0, 101, dtype=np.float32)
    return np.ascontiguousarray(np.broadcast_to(greys[None, :, None], (2, 101, 3)))


def test_oklab_round_trip_of_frames(random: Random) -> None:
    frame = random(32, 32, -0.5, 1.5)
    np.testing.assert_allclose(frame_from_oklab(frame_to_oklab(frame)), frame, atol=2e-4)
    inside = random(8, 8)
    np.testing.assert_allclose(frame_to_oklab(inside), to_oklab(inside), atol=1e-4)


def test_invert_inverts_colour_luma_or_hue_reversibly(random: Random, at: At) -> None:
    frame = random(16, 16, -0.5, 1.5)
    for mode in ("colour", "light", "hue"):
        effect = Invert.model_validate({"mode": mode})
        once = effect.apply(frame, at(0, frame))
        np.testing.assert_allclose(effect.apply(once, at(0, frame)), frame, atol=1e-4)
    negative = Invert().apply(frame, at(0, frame))
    np.testing.assert_allclose(negative, 1.0 - frame, atol=1e-5)
    dark = Invert(mode="light").apply(frame, at(0, frame))
    np.testing.assert_allclose(luma(dark), 1.0 - luma(frame), atol=1e-4)
    np.testing.assert_allclose(np.diff(dark), np.diff(frame), atol=1e-4)
    rotated = Invert(mode="hue").apply(frame, at(0, frame))
    np.testing.assert_allclose(luma(rotated), luma(frame), atol=1e-4)


def test_channel_mixer_mixes_and_keeps_greys(random: Random, ramp: Frame, at: At) -> None:
    np.testing.assert_allclose(ChannelMixer().apply(ramp, at(0, ramp)), ramp, atol=1e-5)
    frame = random(8, 8)
    swapped = ChannelMixer(
        red_from_red=0, red_from_green=0, red_from_blue=1,
        green_from_red=1, green_from_green=0, green_from_blue=0,
        blue_from_red=0, blue_from_green=1, blue_from_blue=0,
    )  # fmt: skip
    np.testing.assert_allclose(swapped.apply(frame, at(0, frame)), frame[..., [2, 0, 1]], atol=1e-6)
    doubled = swapped.model_copy(update={"red_from_blue": 2.0, "keep_light": False})
    np.testing.assert_allclose(
        doubled.apply(frame, at(0, frame))[..., 0], 2 * frame[..., 2], atol=1e-6
    )


def test_tone_curve_passes_through_its_points_and_is_monotonic(ramp: Frame, at: At) -> None:
    effect = ToneCurve(black=0.1, darks=0.1, middle=0.0, lights=0.05, white=-0.05)
    curved = effect.apply(ramp, at(0, ramp))[0, :, 0]
    np.testing.assert_allclose(curved[[0, 25, 50, 75, 100]], [0.1, 0.35, 0.5, 0.8, 0.95], atol=1e-3)
    assert (np.diff(curved) > -1e-6).all()
    level = {"black": 0.3, "darks": 0.05, "middle": -0.2, "lights": -0.3, "white": 0.0}
    steep = ToneCurve.model_validate(level).apply(ramp, at(0, ramp))[0, :, 0]
    assert steep.min() >= 0.299, "no overshoot"
    red = ToneCurve(channel="red", middle=0.2).apply(ramp, at(0, ramp))
    np.testing.assert_array_equal(red[..., 1:], ramp[..., 1:])
    assert red[0, 50, 0] == pytest.approx(0.7, abs=1e-3)
    flat = ToneCurve(black=0, darks=0, middle=0, lights=0, white=0)
    wide = ramp * np.float32(5.0) - np.float32(2.0)
    np.testing.assert_allclose(flat.apply(wide, at(0, wide)), wide, atol=1e-6)


def cube_file(path: Path, size: int, change: Callable[[np.ndarray], np.ndarray]) -> Path:
    """Write a three-dimensional .cube file."""
    values = np.linspace(0.0, 1.0, size)
    lines = [f'# made by a test\nTITLE "test"\nLUT_3D_SIZE {size}']
    for blue, green, red in product(values, values, values):
        lines += [" ".join(map(str, change(np.array([red, green, blue]))))]
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("size", [2, 5, 33])
def test_lut_applies_three_dimensional_cubes(
    size: int, random: Random, at: At, tmp_path: Path
) -> None:
    file = cube_file(tmp_path / "a.cube", size, lambda c: np.array([c[2], 1 - c[0], c[1] / 2]))
    frame = random(32, 32)
    graded = Lut(path=str(file)).apply(frame, at(0, frame))
    expected = np.stack([frame[..., 2], 1 - frame[..., 0], frame[..., 1] / 2], axis=-1)
    np.testing.assert_allclose(graded, expected, atol=2e-3)


def test_lut_applies_one_dimensional_curves_and_domains(
    ramp: Frame, at: At, tmp_path: Path
) -> None:
    file = tmp_path / "curves.cube"
    rows = "\n".join(f"{v} {v * v} {1 - v}" for v in np.linspace(0, 1, 65))
    file.write_text(f"LUT_1D_SIZE 65\n{rows}\n")
    graded = Lut(path=str(file)).apply(ramp, at(0, ramp))
    value = ramp[..., 0]
    expected = np.stack([value, value * value, 1 - value], axis=-1)
    np.testing.assert_allclose(graded, expected, atol=2e-3)
    wide = tmp_path / "wide.cube"
    wide.write_text(f"LUT_1D_SIZE 65\nDOMAIN_MIN -1 -1 -1\nDOMAIN_MAX 3 3 3\n{rows}\n")
    red = Lut(path=str(wide)).apply(ramp, at(0, ramp))[..., 0]
    np.testing.assert_allclose(red, (value + 1) / 4, atol=2e-3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "LUT_3D_SIZE is missing"),
        ("LUT_3D_SIZE 2\n0 0 0\n", "8 lines of three numbers are needed"),
        ("LUT_3D_SIZE 999\n", "LUT_3D_SIZE must be from 2 to 129"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 nan\n", "every number must be finite"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 x\n", '"x" is no number'),
        ("LUT_1D_SIZE 2\nDOMAIN_MIN 1 1 1\n0 0 0\n1 1 1\n", "DOMAIN_MIN must be"),
    ],
)
def test_lut_reports_errors_in_files(
    text: str, message: str, ramp: Frame, at: At, tmp_path: Path
) -> None:
    file = tmp_path / "bad.cube"
    file.write_text(text)
    with pytest.raises(SourceError, match=r"bad\.cube is not a \.cube file") as raised:
        Lut(path=str(file)).apply(ramp, at(0, ramp))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    with pytest.raises(SourceError, match=r"none\.cube cannot be read"):
        Lut(path=str(tmp_path / "none.cube")).apply(ramp, at(0, ramp))


def test_duotone_maps_black_and_white_to_its_two_inks(ramp: Frame, at: At) -> None:
    printed = Duotone(dark="#102030", light="f0e0d0", contrast=1.0).apply(ramp, at(0, ramp))
    inks = parse_colours(("#102030", "#f0e0d0"))
    np.testing.assert_allclose(printed[0, [0, -1]], inks, atol=1e-3)
    assert (np.diff(luma(printed)[0]) > 0).all()
    flat = Duotone(contrast=0.0).apply(ramp, at(0, ramp))
    assert flat.std(axis=(0, 1)).max() < 1e-6


def test_thermal_maps_to_the_ends_of_its_scale_and_blurs(ramp: Frame, at: At) -> None:
    mapped = Thermal(size=0.001, low=0.2, high=0.8).apply(ramp, at(0, ramp))[0]
    np.testing.assert_allclose(mapped[5], parse_colours(("#00000a",))[0], atol=2e-3)
    np.testing.assert_allclose(mapped[95], parse_colours(("#fffbe6",))[0], atol=2e-3)
    point = np.zeros((33, 33, 3), np.float32)
    point[16, 16] = 40.0
    warm = Thermal(size=0.1, low=0.0, high=1.0).apply(point, at(0, point))
    assert warm[16, 20].max() > 0.3


def test_false_colour_marks_its_zones(ramp: Frame, at: At) -> None:
    mapped = FalseColour().apply(ramp, at(0, ramp))[0]
    np.testing.assert_allclose(mapped[100], parse_colours(("#ff0018",))[0], atol=1e-6)
    np.testing.assert_allclose(mapped[41], parse_colours(("#2fbf3a",))[0], atol=1e-6)
    np.testing.assert_allclose(mapped[30], np.full(3, 0.3), atol=0.01)
    changes = [
        int((np.abs(np.diff(FalseColour(spread=s).apply(ramp, at(0, ramp))[0], axis=0)) > 0.1)
            .any(axis=1).sum())
        for s in (1.0, 4.0)
    ]  # fmt: skip
    assert changes[1] > 2 * changes[0]


def test_bleach_fades_colours_and_raises_contrast(shots: Shots, at: At) -> None:
    frame = shots(96, 64)[0]
    printed = Bleach(amount=1.0, fade=0.8).apply(frame, at(0, frame))
    assert np.ptp(printed, axis=2).mean() < 0.5 * np.ptp(frame, axis=2).mean()
    assert luma(printed).std() > 1.2 * luma(frame).std()
    unchanged = Bleach(amount=0.0, fade=0.0).apply(frame, at(0, frame))
    np.testing.assert_allclose(unchanged, frame, atol=1e-6)


@pytest.mark.parametrize("method", ["statistics", "histogram"])
def test_coherence_restores_the_colours_of_its_reference(
    method: str, shots: Shots, at: At, tmp_path: Path
) -> None:
    truth = shots(96, 64)[0]
    drifted = 0.35 + 0.5 * truth[:, ::-1] * np.array([0.6, 0.8, 1.0], np.float32)
    drifted = np.ascontiguousarray(drifted, np.float32)
    expected = frame_to_oklab(truth).reshape(-1, 3)

    def colour_distance(frame: Frame) -> float:
        lab = frame_to_oklab(frame).reshape(-1, 3)
        mean = np.abs(lab.mean(axis=0) - expected.mean(axis=0)).max()
        return float(max(mean, np.abs(lab.std(axis=0) - expected.std(axis=0)).max()))

    assert colour_distance(drifted) > 0.1
    by_source = Coherence.model_validate({"method": method})
    assert colour_distance(by_source.apply(drifted, at(0, truth))) < 0.04
    by_first = Coherence.model_validate({"method": method, "to": "first"})
    by_first.apply(truth, at(0, truth))
    assert colour_distance(by_first.apply(drifted, at(1, drifted))) < 0.04
    Image.fromarray(to_picture(truth)).save(tmp_path / "a.png")
    by_picture = Coherence.model_validate({"method": method, "path": str(tmp_path / "a.png")})
    assert colour_distance(by_picture.apply(drifted, at(0, drifted))) < 0.04
    none = Coherence.model_validate({"method": method, "amount": 0.0})
    np.testing.assert_allclose(none.apply(drifted, at(0, truth)), drifted, atol=2e-3)
    tinted = Coherence.model_validate({"method": method, "light": False})
    light = frame_to_oklab(tinted.apply(drifted, at(0, truth)))[..., 0]
    np.testing.assert_allclose(light.mean(), frame_to_oklab(drifted)[..., 0].mean(), atol=0.02)


def test_a_missing_lut_fails_with_an_error_of_one_line(ramp: Frame, tmp_path: Path) -> None:
    missing = tmp_path / "none.cube"
    chain = Chain([Binding(Lut(path=str(missing)))], "output", 0)
    with pytest.raises(PluginError) as raised:
        chain.apply(ramp, Clock(0, 24.0), None)
    assert str(raised.value) == (
        f"output.lut failed at frame 0: {missing} cannot be read: No such file or directory"
    )


@pytest.mark.parametrize("kind", [Lut, Coherence])
def test_named_pipes_are_rejected(
    kind: type[Lut | Coherence], random: Random, at: At, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    effect = kind(path=str(tmp_path / "pipe.png"))
    with pytest.raises(SourceError, match=r"pipe\.png is not a regular file; give"):
        effect.apply(random(8, 8), at(0, random(8, 8)))
