"""Random numbers that are those of TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from artengine.stepping.chance import uniform


@pytest.mark.parametrize(
    ("seed", "shape"),
    [
        ((0, 0), (1,)),
        ((5, 3), (2, 3, 5)),
        ((-7, 2**31 - 1), (1, 129, 257, 2)),
        ((-(2**31), -1), (0, 4)),
    ],
)
def test_the_numbers_are_those_of_tensorflow(seed: tuple[int, int], shape: tuple[int, ...]) -> None:
    import tensorflow as tf

    wanted = tf.random.stateless_uniform(shape, np.array(seed, np.int32)).numpy()
    found = uniform(seed, shape)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, wanted)


def test_they_are_the_same_wherever_they_are_drawn() -> None:
    found = uniform((1, 2), (4,))
    assert found.tobytes().hex() == "5814583f88a7443e7c087f3f983c243e"
