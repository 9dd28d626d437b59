import numpy as np
import pytest

from artengine.gallery.poster import most_salient, saliency

rng = np.random.default_rng(0)


def blocks(*colours: tuple[int, int, int]) -> np.ndarray:
    """Blocks of colours, 16 pixels wide."""
    tiles = np.array(colours, np.uint8)[rng.integers(0, len(colours), (8, 8))]
    return tiles.repeat(16, 0).repeat(16, 1)


def flat(*colour: int) -> np.ndarray:
    return np.full((128, 128, 3), colour, np.uint8)


grey_blocks = blocks((40, 40, 40), (200, 200, 200))
dull_blocks = blocks((90, 80, 80), (120, 130, 120))
vivid_blocks = blocks((255, 0, 60), (0, 200, 255), (255, 220, 0))


def test_flat_pictures_have_no_saliency() -> None:
    for colour in ((0, 0, 0), (255, 255, 255), (255, 0, 80)):
        assert saliency(flat(*colour)) == pytest.approx(0, abs=1e-3)


def test_colour_and_detail_both_raise_saliency() -> None:
    assert saliency(vivid_blocks) > saliency(dull_blocks)
    assert saliency(vivid_blocks) > saliency(grey_blocks)
    assert saliency(grey_blocks) > saliency(flat(255, 0, 80))


def test_fine_noise_does_not_count_as_detail() -> None:
    noise = rng.integers(0, 256, (512, 512, 3), dtype=np.uint8)
    assert saliency(vivid_blocks) > 4 * saliency(noise)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (33, 57)])
def test_saliency_is_defined_for_any_size(shape: tuple[int, int]) -> None:
    assert saliency(rng.integers(0, 256, (*shape, 3), dtype=np.uint8)) >= 0


def test_the_most_salient_frame_is_copied() -> None:
    buffer = flat(0, 0, 0)

    def reuse() -> object:
        for picture in (flat(255, 0, 0), grey_blocks, vivid_blocks, dull_blocks):
            buffer[:] = picture
            yield buffer

    np.testing.assert_array_equal(most_salient(reuse()), vivid_blocks)  # type: ignore[arg-type]


def test_a_film_of_flat_frames_still_has_a_poster() -> None:
    np.testing.assert_array_equal(most_salient([flat(9, 9, 9), flat(3, 3, 3)]), flat(9, 9, 9))


def test_no_pictures_have_no_poster() -> None:
    with pytest.raises(ValueError, match="without pictures"):
        most_salient([])
