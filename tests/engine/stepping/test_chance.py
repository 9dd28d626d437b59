"""Random numbers equal to those of TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from artengine.stepping.chance import fold_in, permutation, uniform


@pytest.mark.parametrize(
    ("seed", "shape"),
    [
        ((0, 0), (1,)),
        ((5, 3), (2, 3, 5)),
        ((-7, 2**31 - 1), (1, 129, 257, 2)),
        ((-(2**31), -1), (0, 4)),
    ],
)
def test_the_numbers_equal_those_of_tensorflow(
    seed: tuple[int, int], shape: tuple[int, ...]
) -> None:
    import tensorflow as tf

    expected = tf.random.stateless_uniform(shape, np.array(seed, np.int32)).numpy()
    result = uniform(seed, shape)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("seed", [(1, 2), (-5, 2**40)])
def test_permutations_and_derived_seeds_equal_those_of_tensorflow(seed: tuple[int, int]) -> None:
    import tensorflow as tf

    random, key = tf.random.experimental, np.array(seed, np.int64)
    for count in (0, 1, 7, 1000):
        expected = random.stateless_shuffle(np.arange(count), key).numpy()
        np.testing.assert_array_equal(permutation(seed, count), expected)
    expected = random.stateless_fold_in(key, np.int64(77)).numpy()
    assert fold_in(seed, 77) == tuple(expected.tolist())


def test_the_numbers_have_known_values() -> None:
    result = uniform((1, 2), (4,))
    assert result.tobytes().hex() == "5814583f88a7443e7c087f3f983c243e"
