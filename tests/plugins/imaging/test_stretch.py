"""Affine warps that scale and translate frames along their axes."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from artengine.api import Frame
from artengine_plugins.imaging import warp
from artengine_plugins.imaging.border import BORDERS, Border
from artengine_plugins.imaging.warp import about_centre, warp_affine


def picture(width: int, height: int) -> Frame:
    """A smooth picture, since OpenCV before 5.0 rounds coordinates to 1/32 of a pixel."""
    x, y = np.linspace(0.0, 3.0, width)[None, :, None], np.linspace(0.0, 2.0, height)[:, None, None]
    return np.sin(x + y * y + np.arange(3)).astype(np.float32) * np.float32(0.5)


def scaling_matrix(frame: Frame, factor: float, right: float = 0.0) -> npt.NDArray[np.float64]:
    matrix = about_centre(frame, 0.3, 0.8, scale=factor)
    matrix[0, 2] += right
    return matrix


@pytest.mark.parametrize("border", ["reflect", "replicate", "wrap", "black"])
@pytest.mark.parametrize("size", [(301, 270), (17, 90), (3, 2), (1, 1)])
def test_separable_scaling_equals_a_two_dimensional_warp(
    size: tuple[int, int], border: Border
) -> None:
    frame = picture(*size)
    for factor, right in ((1.003, 0.0), (0.8, -1.7), (0.5, 1.3), (2.0, 0.0)):
        matrix = scaling_matrix(frame, factor, right)
        expected = cv2.warpAffine(
            frame, matrix, size, flags=cv2.INTER_CUBIC, borderMode=BORDERS[border]
        )
        # OpenCV's float32 coordinates show at borders to black and at wrapped edges.
        near = 2e-3 if size == (301, 270) else 0.02
        assert np.abs(warp_affine(frame, matrix, border) - expected).max() < near, (factor, right)


def test_coordinates_are_exact_far_from_the_left_border() -> None:
    frame = np.zeros((2, 4000, 3), np.float32)
    frame[:, 3500] = 1.0
    right = 0.3
    result = warp_affine(frame, np.array([[1.0, 0.0, right], [0.0, 1.0, 0.0]]), "reflect")
    # Keys's cubic with a slope of -0.75, at the distances of four pixels.
    near, far = np.array([right, 1.0 - right]), np.array([1.0 + right, 2.0 - right])
    inner = (1.25 * near - 2.25) * near**2 + 1.0
    outer = -0.75 * (((far - 5.0) * far + 8.0) * far - 4.0)
    expected = [outer[0], inner[0], inner[1], outer[1]]
    assert result[0, 3499:3503, 1] == pytest.approx(np.array(expected), abs=2e-7)


def test_whole_pixel_translations_copy_the_values_exactly() -> None:
    frame = np.random.default_rng(1).normal(size=(70, 40, 3)).astype(np.float32)
    matrix = np.array([[1.0, 0.0, 3.0], [0.0, 1.0, -2.0]])
    slid = warp_affine(frame, matrix, "black")
    assert (slid[:-2, 3:] == frame[2:, :-3]).all()
    assert not slid[-2:].any()
    assert not slid[:, :3].any()


def test_extreme_values_stay_finite_and_local() -> None:
    frame = np.zeros((40, 40, 3), np.float32)
    frame[20, 20] = 1e30, -1e30, 0.0
    result = warp_affine(frame, scaling_matrix(frame, 1.01), "reflect")
    assert np.isfinite(result).all()
    assert not result[..., 2].any()
    assert not result[:15].any()
    assert not result[:, 26:].any()


def test_strongly_shrunk_frames_are_warped_by_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbouring output pixels are far apart in the input: the pieces of matrices would hold the
    whole frame many times."""
    stretches: list[float] = []

    def recording(frame: Frame, across: tuple[float, float], *_: object) -> Frame:
        stretches.append(1.0 / across[0])
        return frame

    monkeypatch.setattr(warp, "stretched", recording)
    frame = np.zeros((64, 96, 3), np.float32)
    for scale in (0.01, 0.2, 0.5, 1.0, 4.0):
        warp_affine(frame, np.array([[scale, 0, 1], [0, scale, 2.0]]), "reflect")
    assert stretches == [0.5, 1.0, 4.0]
