"""Training together: the devices of one machine, or several machines, as one."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Literal

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.errors import TrainingError
from artengine.nn import replicas

logger = logging.getLogger("artengine")

Array = npt.NDArray[np.generic]


class DistributionStrategy:
    """Who takes each step of a training: here one device alone.

    Args:
        xla: whether XLA compiles the step.
    """

    replicas = 1
    """How many copies of the network share each batch."""

    chief = True
    """Whether this process measures and writes; one of them does."""

    def __init__(self, *, xla: bool = False) -> None:
        self._xla = xla
        self._step: Callable[[Any, Any], Any] | None = None

    def scope(self) -> AbstractContextManager[Any]:
        """Where the network, its optimiser and what trains them are to be made."""
        return nullcontext()

    def train_on_batch(self, trainer: keras.Model, inputs: Any, truth: Any) -> float:
        """Take a step with a whole batch, and return its loss.

        Raises:
            TrainingError: when XLA cannot compile it, or another process of the team is gone.
        """
        if not self._xla:
            return float(trainer.train_on_batch(inputs, truth))
        import tensorflow as tf

        if self._step is None:
            # Keras itself leaves XLA out where operations must be deterministic.
            self._step = tf.function(
                lambda *batch: trainer.train_step(batch)["loss"], autograph=False, jit_compile=True
            )
        trainer.reset_metrics()
        try:
            return float(self._step(inputs, truth))
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            said = error.message.strip().splitlines()[0]
            raise TrainingError(
                f"train.xla: XLA cannot compile this training: {said}; leave it out"
            ) from error

    def agreed(self, seconds: float, *, stop: bool) -> tuple[float, bool]:
        """The chief's time, and whether anybody wants to stop: the same for all of the team.

        Raises:
            TrainingError: when another process of the team is gone.
        """
        return seconds, stop

    def from_chief(
        self, variables: Sequence[keras.Variable], position: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Give all of the team the chief's variables, and return its position, plain JSON values.

        Raises:
            TrainingError: when another process of the team is gone.
        """
        return position


class Devices(DistributionStrategy):
    """The devices of one machine: each has a copy of the network and takes its part of a batch."""

    def __init__(self, strategy: Any) -> None:
        super().__init__()
        self._strategy = strategy
        self.replicas = int(strategy.num_replicas_in_sync)

    def scope(self) -> AbstractContextManager[Any]:
        """The strategy's."""
        scope: AbstractContextManager[Any] = self._strategy.scope()
        return scope

    def train_on_batch(self, trainer: keras.Model, inputs: Any, truth: Any) -> float:
        """Take a step with a whole batch, and return its loss."""
        if self._step is None:
            self._step = self._compiled(trainer)
        trainer.reset_metrics()
        return float(self._step(inputs, truth))

    def _compiled(self, trainer: keras.Model) -> Callable[[Any, Any], Any]:
        import tensorflow as tf

        strategy = self._strategy

        def mine(inputs: Any, truth: Any) -> Any:
            return trainer.train_step(keras.tree.map_structure(replicas.part, (inputs, truth)))[
                "loss"
            ]

        # Keras's own `train_on_batch` would have every replica learn from the whole batch.
        def step(inputs: Any, truth: Any) -> Any:
            losses = strategy.run(mine, args=(inputs, truth))
            return strategy.reduce("MEAN", losses, axis=None)

        compiled: Callable[[Any, Any], Any] = tf.function(step, autograph=False)
        return compiled


class Workers(Devices):
    """Several processes, on one machine or many, that TF_CONFIG names; each makes the whole batch
    and takes its part.

    Args:
        strategy: TensorFlow's, of all of them.
        number: which process this is; the first is the chief.
        count: how many there are.
    """

    def __init__(self, strategy: Any, number: int, count: int) -> None:
        super().__init__(strategy)
        self.chief = number == 0
        self._local = self.replicas // count
        self._sums = {kind: self._summing(kind) for kind in ("float32", "float64", "int64")}

    @contextmanager
    def scope(self) -> Iterator[None]:
        """The strategy's, in which each new variable gets the chief's value."""
        with _nobody_missing(), super().scope():
            yield

    def train_on_batch(self, trainer: keras.Model, inputs: Any, truth: Any) -> float:
        """Take a step with a whole batch, and return its loss."""
        with _nobody_missing():
            return super().train_on_batch(trainer, inputs, truth)

    def agreed(self, seconds: float, *, stop: bool) -> tuple[float, bool]:
        """The chief's time, and whether anybody wants to stop."""
        told = self._told(np.array([seconds if self.chief else 0.0, float(stop)]))
        return float(told[0]), bool(told[1])

    def from_chief(
        self, variables: Sequence[keras.Variable], position: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Take over the chief's variables and position."""
        floats = [variable for variable in variables if "float" in variable.dtype]
        others = [variable for variable in variables if "float" not in variable.dtype]
        # Each kind's widest; what nobody else adds anything to arrives as it was.
        for alike, kind in ((floats, "float32"), (others, "int64")):
            arrays = [ops.convert_to_numpy(variable.value).astype(kind) for variable in alike]
            told = self._chiefs(np.concatenate([array.ravel() for array in arrays]))
            ends = np.cumsum([array.size for array in arrays])
            for variable, values in zip(alike, np.split(told, ends[:-1]), strict=True):
                variable.assign(values.reshape(variable.shape).astype(variable.dtype))
        text = np.frombuffer(json.dumps(dict(position)).encode(), np.uint8).astype(np.int64)
        length = int(self._chiefs(np.array([text.size]))[0])
        said = self._chiefs(np.resize(text, length))
        found: Mapping[str, Any] = json.loads(said.astype(np.uint8).tobytes())
        return found

    def _chiefs(self, values: Array) -> Array:
        return self._told(values if self.chief else np.zeros_like(values))

    def _told(self, values: Array) -> Array:
        """What all processes say, added up."""
        with _nobody_missing():
            told: Array = self._sums[str(values.dtype)](ops.convert_to_tensor(values)).numpy()
        return told

    def _summing(self, kind: str) -> Callable[[Any], Any]:
        import tensorflow as tf

        strategy = self._strategy

        def mine(values: Any) -> Any:
            # Each process speaks through the first of its devices.
            speaks = ops.equal(replicas.number() % self._local, 0)
            said = ops.where(speaks, values, ops.zeros_like(values))
            return tf.distribute.get_replica_context().all_reduce("SUM", said)

        def together(values: Any) -> Any:
            return strategy.experimental_local_results(strategy.run(mine, args=(values,)))[0]

        any_length = [tf.TensorSpec([None], kind)]
        compiled: Callable[[Any], Any] = tf.function(
            together, autograph=False, input_signature=any_length
        )
        return compiled


@contextmanager
def _nobody_missing() -> Iterator[None]:
    import tensorflow as tf

    errors = tf.errors
    try:
        yield
    except (
        errors.UnavailableError,
        errors.AbortedError,
        errors.CancelledError,
        errors.DeadlineExceededError,
    ) as error:
        raise TrainingError(
            "another worker of this training is gone; start all of them again, with --resume"
        ) from error


def build_strategy(
    kind: Literal["none", "mirrored", "workers"],
    number: int = 0,
    count: int = 1,
    *,
    xla: bool = False,
) -> DistributionStrategy:
    """Bring together who trains; to be called before anything else of TensorFlow's is.

    Args:
        kind: one device; all graphics cards of this machine, or its processors where there are
            none; or the processes that TF_CONFIG names, for all of which it waits.
        number: which of the processes this is.
        count: how many there are.
        xla: whether XLA compiles the step of one device.

    Raises:
        TrainingError: when the processes cannot be brought together.
    """
    if kind == "none":
        return DistributionStrategy(xla=xla)
    import tensorflow as tf

    if kind == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return Devices(tf.distribute.MirroredStrategy([device.name for device in devices]))
    try:
        if count > 1:
            logger.warning("training begins as soon as all %d workers are there", count)
        with _ended_at_once():
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        return Workers(strategy, number, count)
    except (RuntimeError, ValueError, tf.errors.OpError) as error:
        said = " ".join(str(error).split())
        raise TrainingError(
            f"train.distribute: the workers cannot come together: {said}"
        ) from error


@contextmanager
def _ended_at_once() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the process, as TensorFlow waits without ever letting Python hear
    of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
