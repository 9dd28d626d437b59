"""Damping of the fine detail in hints."""

from __future__ import annotations

import numpy as np
import pytest

from artengine_plugins.models.damping import damped

CHECKERS = np.indices((12, 16)).sum(0)[None, ..., None] % 2 - np.full(3, 0.5)
RAMP = np.zeros((1, 12, 16, 3)) + np.arange(16)[:, None] / 16


@pytest.mark.parametrize("damping", [0.0, 0.5, 1.0])
def test_a_checkerboard_is_scaled_by_one_minus_the_damping(damping: float) -> None:
    result = np.asarray(damped(CHECKERS.astype(np.float32), damping))[:, 1:-1, 1:-1]
    np.testing.assert_allclose(result, (1.0 - damping) * CHECKERS[:, 1:-1, 1:-1], atol=1e-6)


def test_ramps_and_uniform_areas_are_unchanged() -> None:
    result = np.asarray(damped(RAMP.astype(np.float32), 1.0))
    np.testing.assert_allclose(result[:, :, 1:-1], RAMP[:, :, 1:-1], atol=1e-6)
    uniform = np.full((1, 12, 16, 3), 0.25, np.float32)
    np.testing.assert_allclose(np.asarray(damped(uniform, 1.0)), uniform, atol=1e-6)
