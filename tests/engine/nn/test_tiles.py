"""Large frames cut into tiles."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from keras import layers, ops

from artengine.errors import UsageError
from artengine.frame import Frame
from artengine.model import Model
from artengine.nn.bench import Subject
from artengine.nn.flops import flops
from artengine.nn.memory_estimate import bytes_per_pixel
from artengine.nn.predictor import Predictor
from artengine.params import Param
from artengine.stepping import tiles
from artengine.stepping.tiles import tile_spans


@pytest.mark.parametrize("length", [1, 47, 48, 49, 63, 97, 130, 1000])
@pytest.mark.parametrize(
    ("side", "margin", "size_divisor"), [(48, 16, 4), (36, 16, 4), (16, 0, 16)]
)
def test_spans_cover_a_side_once(length: int, side: int, margin: int, size_divisor: int) -> None:
    cut = tile_spans(length, side, margin, size_divisor)
    assert [span.first for span in cut] == [0, *(span.last for span in cut[:-1])]
    assert cut[-1].last == length
    assert len({span.stop - span.start for span in cut}) == 1
    assert (cut[0].start, cut[-1].stop) == (0, -(-length // size_divisor) * size_divisor)
    for span in cut:
        assert span.stop - span.start <= side
        assert span.start % size_divisor == span.stop % size_divisor == 0
        assert span.first < span.last
        # At the edges of the frame there is no margin; elsewhere the margin is cropped.
        assert span.start == 0 or span.first - span.start >= margin
        assert span.stop == cut[-1].stop or span.stop - span.last >= margin


class Pooled(Model):
    """Has a receptive field of seven pixels in each direction, in blocks of four."""

    name: ClassVar[str] = "pooled"
    size_divisor: ClassVar[int] = 4
    context: int = Param(2, ge=1)

    def receptive_field(self) -> int | None:
        return 8

    def build(self) -> keras.Model:
        keras.utils.set_random_seed(0)
        context_frames = keras.Input((None, None, 3 * self.context))
        skip = layers.Conv2D(8, 7, padding="same", activation="relu")(context_frames)
        x = layers.MaxPooling2D(4)(skip)
        x = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
        x = layers.Concatenate()([layers.UpSampling2D(4)(x), skip])
        return keras.Model(context_frames, layers.Conv2D(3, 1, activation="sigmoid")(x))


def frames(height: int, width: int) -> list[Frame]:
    rng = np.random.default_rng(0)
    return [rng.uniform(-0.5, 1.5, (height, width, 3)).astype(np.float32) for _ in range(2)]


# One row of tiles, one column, many of both; sides that are and are not multiples of four.
@pytest.mark.parametrize("size", [(20, 90), (91, 13), (75, 102), (64, 64), (33, 34)])
def test_tiles_equal_the_whole_frame(size: tuple[int, int]) -> None:
    model = Pooled()
    network = model.build()
    whole = Predictor(model, network, tile="whole")(frames(*size))
    tiled = Predictor(model, network, tile=32)(frames(*size))
    np.testing.assert_allclose(tiled, whole, atol=1e-6)


def test_a_narrower_margin_changes_the_frame() -> None:
    model = Pooled()
    one = Predictor(model, model.build(), tile="whole")
    whole, narrow = one(frames(64, 64)), tile_spans(64, 32, 4, 4)
    result = tiles.Tiles(narrow, narrow).predict(frames(64, 64), lambda cut, _: one(cut))
    assert np.abs(result - whole).max() > 1e-3


def plan(model: Model, height: int, width: int, tile: Any) -> tiles.Tiles | None:
    return tiles.plan_tiles(model, height, width, tile, partial(bytes_per_pixel, model))


def test_only_frames_beyond_the_memory_budget_are_tiled(monkeypatch: Any) -> None:
    assert plan(Pooled(), 600, 600, "auto") is None
    monkeypatch.setattr(tiles, "MEMORY_BUDGET", 1 << 24)
    cut = plan(Pooled(), 600, 600, "auto")
    assert cut is not None
    assert len(cut.rows) > 1
    assert plan(Pooled(), 600, 600, "whole") is None
    assert plan(Pooled(), 512, 512, "auto") is None


@pytest.mark.parametrize("tile", ["whole", 2000])
def test_a_frame_of_indivisible_size_is_one_padded_tile(tile: Any) -> None:
    class Whole(Pooled):
        def receptive_field(self) -> int | None:
            return None

    for model in (Pooled(), Whole()):
        cut = plan(model, 514, 513, tile)
        assert cut is not None
        assert (len(cut), cut.shape) == (1, (516, 516))
        assert plan(model, 516, 512, tile) is plan(model, 510, 510, tile) is None
    network, context = model.build(), frames(514, 513)
    filled = [np.pad(frame, ((0, 2), (0, 3), (0, 0)), mode="edge") for frame in context]
    result = Predictor(model, network, tile=tile)(context)
    expected = Predictor(model, network, tile=tile)(filled)
    np.testing.assert_array_equal(result, expected[:514, :513])


def test_the_operation_count_of_a_tiled_frame_includes_all_tiles(monkeypatch: Any) -> None:
    monkeypatch.setattr(tiles, "MEMORY_BUDGET", 1 << 24)
    model = Pooled()
    timing = Subject("pooled", model).time("keras", "float32", (600, 520), seconds=0.01)
    cut = plan(model, 520, 600, "auto")
    assert cut is not None
    tile, whole = (flops(model, model.build(), *size) for size in (cut.shape, (520, 600)))
    assert tile is not None
    assert whole is not None
    assert timing.gflop == pytest.approx(1e-9 * len(cut) * tile)
    assert len(cut) * tile > 1.05 * whole


def test_tiles_that_are_too_small_are_refused() -> None:
    model = Pooled()
    with pytest.raises(UsageError, match=r"dream.tile: 16 given; allowed: auto, whole, or 20"):
        Predictor(model, model.build(), tile=16)(frames(40, 40))


class Remembering(Pooled):
    """Adds up its predictions."""

    def receptive_field(self) -> int | None:
        return None

    def initial_state(self, network: Any, context_frames: Any, seed: Any) -> Any:
        return (ops.zeros_like(context_frames[..., :3]),)

    def step(self, network: Any, context_frames: Any, state: Any, seed: Any, **_: Any) -> Any:
        total = state[0] + network(context_frames)
        return total, (total,)


def test_a_network_with_state_is_run_whole_with_a_warning(caplog: Any, monkeypatch: Any) -> None:
    model = Remembering()
    predictor = Predictor(model, model.build(), tile=32)
    with caplog.at_level(logging.WARNING):
        first, second = predictor(frames(40, 60)), predictor(frames(40, 60))
    np.testing.assert_allclose(second, 2 * first, rtol=1e-6)
    message = "this model can only predict frames of 60x40 whole"
    assert caplog.text.count(f"dream.tile: 32 has no effect: {message}") == 1
    monkeypatch.setattr(tiles, "MEMORY_BUDGET", 1 << 24)
    caplog.clear()
    assert plan(model, 600, 600, "auto") is None
    (logged,) = caplog.messages
    assert logged.startswith("this model can only predict frames of 600x600 whole")
