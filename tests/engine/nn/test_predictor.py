from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from keras import ops

from artengine.frame import Frame
from artengine.nn.predictor import KerasRuntime, Predictor
from artengine.nn.step import pad_to_multiple

NETWORK = SimpleNamespace(variables=())
"""The network of a model that uses none."""


class Sum:
    """Steps without a network: adds up its context, and counts its steps in a state."""

    context = 2
    size_divisor = 4

    @classmethod
    def automatable(cls) -> frozenset[str]:
        return frozenset()

    def build(self) -> Any:
        return None

    def receptive_field(self) -> int | None:
        return None

    def initial_state(self, network: Any, context_frames: Any, seed: Any) -> tuple[Any, ...]:
        return (ops.zeros((1,)),)

    def training_state(
        self, network: Any, context_frames: Any, truth: Any, seed: Any
    ) -> tuple[Any, ...]:
        raise NotImplementedError

    def step(
        self,
        network: Any,
        context_frames: Any,
        state: tuple[Any, ...],
        seed: Any,
        *,
        training: bool = False,
    ) -> tuple[Any, tuple[Any, ...]]:
        assert context_frames.shape[1] % 4 == 0
        assert context_frames.shape[2] % 4 == 0
        total = context_frames[..., :3] + 10 * context_frames[..., 3:] + 100 * state[0]
        return total + 1000 * ops.cast(seed[1], "float32"), (state[0] + 1,)

    def loss(self, network: Any, context_frames: Any, truth: Any, seed: Any) -> Any:
        return None


def frame(value: float, height: int = 5, width: int = 3) -> Frame:
    return np.full((height, width, 3), value, np.float32)


def test_frames_are_passed_in_order_and_the_padding_is_cropped() -> None:
    result = Predictor(Sum(), NETWORK)([frame(1), frame(2)])
    assert result.shape == (5, 3, 3)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, frame(21))


def test_the_state_is_carried_restored_and_reset() -> None:
    predictor = Predictor(Sum(), NETWORK)
    frames = [frame(0), frame(0)]
    assert [float(predictor(frames)[0, 0, 0]) for _ in range(3)] == [0, 100, 200]
    kept = predictor.state()
    assert float(predictor(frames)[0, 0, 0]) == 300
    predictor.restore(kept)
    assert float(predictor(frames)[0, 0, 0]) == 300
    predictor.reset()
    assert float(predictor(frames)[0, 0, 0]) == 0


def test_a_state_saved_before_the_first_step_restores_the_initial_state() -> None:
    class FromOne(Sum):
        def initial_state(self, network: Any, context_frames: Any, seed: Any) -> tuple[Any, ...]:
            return (ops.ones((1,)),)

    predictor = Predictor(FromOne(), NETWORK)
    predictor.restore(Predictor(FromOne(), NETWORK).state())
    assert float(predictor([frame(0), frame(0)])[0, 0, 0]) == 100


def test_a_traced_start_depends_on_the_context_and_the_seed() -> None:
    class FromContext(Sum):
        def initial_state(self, network: Any, context_frames: Any, seed: Any) -> tuple[Any, ...]:
            return (context_frames[0, 0, 0, :1] + ops.cast(seed[1], "float32"),)

    runtime = KerasRuntime(FromContext(), NETWORK, starts_often=True)
    for value, seed in ((1.0, 0), (2.0, 5)):
        (state,) = runtime.start([runtime.put(frame(value))] * 2, np.array([0, seed], np.int32))
        assert float(state[0]) == value + seed


def test_the_seed_is_passed_to_the_step() -> None:
    assert float(Predictor(Sum(), NETWORK)([frame(0), frame(0)], (0, 3))[0, 0, 0]) == 3000


def test_a_new_frame_at_the_same_address_is_not_taken_from_the_cache() -> None:
    predictor = Predictor(Sum(), NETWORK)
    predictor([frame(1), frame(2)])
    predictor.reset()
    for value in range(3, 9):
        predictor.reset()
        assert float(predictor([frame(value), frame(0)])[0, 0, 0]) == value


def test_automatable_numbers_reach_the_step_without_a_new_trace() -> None:
    class Played(Sum):
        gain: Any = 1.0
        turns: Any = 0
        traces = 0

        @classmethod
        def automatable(cls) -> frozenset[str]:
            return frozenset({"gain", "turns"})

        def step(self, *given: Any, training: bool = False) -> tuple[Any, tuple[Any, ...]]:
            Played.traces += 1
            total, state = super().step(*given, training=training)
            assert (self.gain.dtype, self.turns.dtype) == ("float32", "int32")
            return self.gain * total + ops.cast(self.turns, "float32"), state

    model = Played()
    predictor = Predictor(model, NETWORK)
    results = []
    for model.gain, model.turns in [(1.0, 0), (2.0, 5), (0.0, 7)]:
        predictor.reset()
        results.append(float(predictor([frame(0), frame(1)])[0, 0, 0]))
    assert results == [10, 25, 7]
    assert Played.traces == 1
    assert isinstance(model.gain, float)


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (1, 4, 8, 3), (2, 5, 7, 6)])
def test_padding_repeats_the_edge(shape: tuple[int, ...]) -> None:
    batch = np.random.default_rng(0).random(shape, dtype=np.float32)
    padded = np.asarray(pad_to_multiple(batch, 4))
    _, height, width, _ = shape
    assert padded.shape[1] % 4 == padded.shape[2] % 4 == 0
    np.testing.assert_array_equal(padded[:, :height, :width], batch)
    np.testing.assert_array_equal(
        padded[:, height:, :width], np.broadcast_to(batch[:, -1:], padded[:, height:, :width].shape)
    )
