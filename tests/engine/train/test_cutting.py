import numpy as np
import pytest

from artengine.train.cutting import behind_each_other, cut, to_numbers


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("count", [1, 4, 43])
def test_crops_are_stacked_along_the_channels(count: int, *, mirrored: bool) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (12, 17, 3), np.uint8) for _ in range(count)]
    for picture in pictures:
        picture.flags.writeable = False
    parts = [cut(picture, 2, 5, (9, 6), mirrored=mirrored) for picture in pictures]
    numbers = np.empty((6, 9, 3 * count), np.float32)
    to_numbers(behind_each_other(parts), numbers)
    order = slice(None, None, -1) if mirrored else slice(None)
    expected = np.concatenate([picture[2:8, 5:14][:, order] for picture in pictures], axis=-1)
    np.testing.assert_array_equal(numbers, expected * np.float32(1 / 255))
