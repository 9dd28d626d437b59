"""The contract of every model, whatever it learns."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

from artengine.counts import counted
from artengine.frame import Frame, Size
from artengine.model import Model
from artengine.testing.check import Trial
from artengine.testing.documented import is_documented
from artengine.testing.expect import expect, expect_same

if TYPE_CHECKING:
    from artengine.nn.predictor import Predictor

TRACED = (33, 17)
"""The size that each model predicts traced, as a dream does. Other sizes are predicted eagerly,
because tracing a large network takes many times as long as running it once."""

SIZES: tuple[Size, ...] = ((64, 48), TRACED, (1, 1))


@contextmanager
def _eagerly() -> Iterator[None]:
    import keras

    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(run_eagerly=True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@lru_cache(maxsize=1)
def _built(kind: Hashable, values: tuple[tuple[str, object], ...]) -> Predictor:
    from artengine.nn.predictor import Predictor

    model = cast("type[Model]", kind).model_validate(dict(values))
    return Predictor(model, model.build())


def predictor(trial: Trial) -> Predictor:
    """Return an untrained network of the model, which several checks share."""
    return _built(cast("Hashable", trial.kind), tuple(trial.values.items()))


def predicts_frames_of_any_size(trial: Trial) -> None:
    """It predicts a finite frame of the size of its context, for values far outside 0..1."""
    rng = np.random.default_rng(0)
    context = trial.made().context
    for width, height in SIZES:
        frames = [
            (4 * rng.random((height, width, 3)) - 1.5).astype(np.float32) for _ in range(context)
        ]
        network = predictor(trial)
        network.reset()
        with nullcontext() if (width, height) == TRACED else _eagerly():
            made = network(frames)
        where = f"at {width}x{height}"
        expect(made.shape == (height, width, 3), f"{where}, the prediction is {made.shape}")
        expect(made.dtype == np.float32, f"{where}, the prediction is {made.dtype}")
        expect(np.isfinite(made).all(), f"{where}, the prediction holds nan or infinite values")


def takes_any_context(trial: Trial) -> None:
    """`context` may be any number of frames."""
    from artengine.nn.predictor import Predictor

    for context in (1, 7):
        other = trial.made(context=context)
        frames = [np.zeros((16, 16, 3), np.float32)] * context
        with _eagerly():
            made = Predictor(other, other.build())(frames)
        given = counted(context, "frame")
        expect(made.shape == (16, 16, 3), f"of {given}, the prediction is {made.shape}")


def does_the_same_again(trial: Trial) -> None:
    """The same weights, context and seed predict the same frame."""
    shape = (TRACED[1], TRACED[0], 3)
    frames = [np.full(shape, 0.1 * at, np.float32) for at in range(trial.made().context)]
    network = predictor(trial)
    first: list[Frame] = []
    second: list[Frame] = []
    for found in (first, second):
        network.reset()
        found.append(network(frames, (1, 2)))
    expect_same(first, second, "it predicts another frame the second time; draw from step's seed")


def learns(trial: Trial) -> None:
    """A few training steps on one window reduce its loss by a quarter, through a rollout."""
    import keras

    from artengine.nn.determinism import make_deterministic
    from artengine.nn.disturbance import Disturbance
    from artengine.nn.losses.differences import l1
    from artengine.nn.rollout_trainer import RolloutTrainer

    make_deterministic(0)
    model = trial.made()
    rng = np.random.default_rng(0)
    context_frames = rng.random((1, 16, 16, 3 * model.context), dtype=np.float32)
    truth = rng.random((1, 2, 1, 1, 3), dtype=np.float32) * np.ones((1, 2, 16, 16, 3), np.float32)
    loss = l1 if trial.kind.loss is Model.loss else None
    trainer = RolloutTrainer(
        model, model.build(), loss=loss, rollout=2, disturbance=Disturbance(0.05, 1.2)
    )
    # Eagerly, because tracing a training step takes longer than these steps.
    trainer.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=False, run_eagerly=True)
    first = last = float(trainer.train_on_batch(context_frames, truth))
    for _ in range(8):
        last = float(trainer.train_on_batch(context_frames, truth))
        if last < 0.75 * first:
            return
    expect(last < 0.75 * first, f"after nine steps its loss is {last:.3f}, from {first:.3f}")


PROMISES = (
    is_documented,
    predicts_frames_of_any_size,
    takes_any_context,
    does_the_same_again,
    learns,
)
"""In the order in which an author should fix them."""
