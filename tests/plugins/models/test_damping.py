"""Fine detail that hints carry on fades."""

from __future__ import annotations

import numpy as np
import pytest

from artengine_plugins.models.damping import damped

CHECKERS = np.indices((12, 16)).sum(0)[None, ..., None] % 2 - np.full(3, 0.5)
SLOPE = np.zeros((1, 12, 16, 3)) + np.arange(16)[:, None] / 16


@pytest.mark.parametrize("damping", [0.0, 0.5, 1.0])
def test_what_differs_from_place_to_place_fades(damping: float) -> None:
    made = np.asarray(damped(CHECKERS.astype(np.float32), damping))[:, 1:-1, 1:-1]
    np.testing.assert_allclose(made, (1.0 - damping) * CHECKERS[:, 1:-1, 1:-1], atol=1e-6)


def test_slopes_and_even_areas_stay() -> None:
    made = np.asarray(damped(SLOPE.astype(np.float32), 1.0))
    np.testing.assert_allclose(made[:, :, 1:-1], SLOPE[:, :, 1:-1], atol=1e-6)
    even = np.full((1, 12, 16, 3), 0.25, np.float32)
    np.testing.assert_allclose(np.asarray(damped(even, 1.0)), even, atol=1e-6)
