"""Distribution strategies: training on one device, several devices, or several machines."""

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
    """Takes the steps of a training; this class uses one device.

    Args:
        xla: whether XLA compiles the step.
    """

    replicas = 1
    """Number of copies of the network that share each batch."""

    chief = True
    """Whether this process evaluates and writes files; exactly one process does."""

    def __init__(self, *, xla: bool = False) -> None:
        self._xla = xla
        self._step: Callable[[Any, Any], Any] | None = None

    def scope(self) -> AbstractContextManager[Any]:
        """Return the context in which to build the network, its optimiser and its trainer."""
        return nullcontext()

    def train_on_batch(self, trainer: keras.Model, inputs: Any, truth: Any) -> float:
        """Take a step with a whole batch, and return its loss.

        Raises:
            TrainingError: when XLA cannot compile it, or another worker has ended.
        """
        if not self._xla:
            return float(trainer.train_on_batch(inputs, truth))
        import tensorflow as tf

        if self._step is None:
            # Keras itself disables XLA when operations must be deterministic.
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
        """Return the chief's time and whether any worker is to stop, equal for all workers.

        Raises:
            TrainingError: when another worker has ended.
        """
        return seconds, stop

    def from_chief(
        self, variables: Sequence[keras.Variable], record: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Copy the chief's variables to all workers, and return its record (plain JSON values).

        Raises:
            TrainingError: when another worker has ended.
        """
        return record


class Devices(DistributionStrategy):
    """The devices of one machine; each has a copy of the network and computes a part of a batch."""

    def __init__(self, strategy: Any) -> None:
        super().__init__()
        self._strategy = strategy
        self.replicas = int(strategy.num_replicas_in_sync)

    def scope(self) -> AbstractContextManager[Any]:
        """Return the strategy's scope."""
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

        # Keras's own `train_on_batch` would train every replica on the whole batch.
        def step(inputs: Any, truth: Any) -> Any:
            losses = strategy.run(mine, args=(inputs, truth))
            return strategy.reduce("MEAN", losses, axis=None)

        compiled: Callable[[Any, Any], Any] = tf.function(step, autograph=False)
        return compiled


class Workers(Devices):
    """Several processes, on one machine or many, that TF_CONFIG names; each makes the whole batch
    and trains on its part.

    Args:
        strategy: TensorFlow's strategy for all processes.
        number: the index of this process; the first is the chief.
        count: number of processes.
    """

    def __init__(self, strategy: Any, number: int, count: int) -> None:
        super().__init__(strategy)
        self.chief = number == 0
        self._local = self.replicas // count
        self._sums = {kind: self._summing(kind) for kind in ("float32", "float64", "int64")}

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Enter the strategy's scope, in which each new variable gets the chief's value."""
        with _workers_present(), super().scope():
            yield

    def train_on_batch(self, trainer: keras.Model, inputs: Any, truth: Any) -> float:
        """Take a step with a whole batch, and return its loss."""
        with _workers_present():
            return super().train_on_batch(trainer, inputs, truth)

    def agreed(self, seconds: float, *, stop: bool) -> tuple[float, bool]:
        """Return the chief's time and whether any worker is to stop."""
        summed = self._sum(np.array([seconds if self.chief else 0.0, float(stop)]))
        return float(summed[0]), bool(summed[1])

    def from_chief(
        self, variables: Sequence[keras.Variable], record: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Copy the chief's variables and return its record."""
        floats = [variable for variable in variables if "float" in variable.dtype]
        others = [variable for variable in variables if "float" not in variable.dtype]
        # Use the widest type of each kind. Other workers add zeros, so that values stay unchanged.
        for alike, kind in ((floats, "float32"), (others, "int64")):
            arrays = [ops.convert_to_numpy(variable.value).astype(kind) for variable in alike]
            values = self._from_chief(np.concatenate([array.ravel() for array in arrays]))
            ends = np.cumsum([array.size for array in arrays])
            for variable, own in zip(alike, np.split(values, ends[:-1]), strict=True):
                variable.assign(own.reshape(variable.shape).astype(variable.dtype))
        text = np.frombuffer(json.dumps(dict(record)).encode(), np.uint8).astype(np.int64)
        length = int(self._from_chief(np.array([text.size]))[0])
        received = self._from_chief(np.resize(text, length))
        found: Mapping[str, Any] = json.loads(received.astype(np.uint8).tobytes())
        return found

    def _from_chief(self, values: Array) -> Array:
        return self._sum(values if self.chief else np.zeros_like(values))

    def _sum(self, values: Array) -> Array:
        """Sum the values of all workers."""
        with _workers_present():
            total: Array = self._sums[str(values.dtype)](ops.convert_to_tensor(values)).numpy()
        return total

    def _summing(self, kind: str) -> Callable[[Any], Any]:
        import tensorflow as tf

        strategy = self._strategy

        def mine(values: Any) -> Any:
            # Each worker contributes once, through the first of its devices.
            first = ops.equal(replicas.number() % self._local, 0)
            counted = ops.where(first, values, ops.zeros_like(values))
            return tf.distribute.get_replica_context().all_reduce("SUM", counted)

        def together(values: Any) -> Any:
            return strategy.experimental_local_results(strategy.run(mine, args=(values,)))[0]

        any_length = [tf.TensorSpec([None], kind)]
        compiled: Callable[[Any], Any] = tf.function(
            together, autograph=False, input_signature=any_length
        )
        return compiled


@contextmanager
def _workers_present() -> Iterator[None]:
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
    """Create the strategy of a training; call it before any other function of TensorFlow.

    Args:
        kind: "none", one device; "mirrored", all graphics cards of this machine, or else its
            processors; "workers", the processes that TF_CONFIG names, for all of which it waits.
        number: the index of this process.
        count: number of processes.
        xla: whether XLA compiles the step of one device.

    Raises:
        TrainingError: when the workers cannot connect to each other, or Keras's backend does not
            support the strategy or XLA.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow" and kind != "none":
        raise TrainingError(
            f'train.distribute: "{kind}" needs Keras on tensorflow, which is on {backend} here; '
            "leave it out, or set KERAS_BACKEND to tensorflow"
        )
    if backend == "torch" and xla:
        raise TrainingError(
            "train.xla: needs Keras on tensorflow or jax, which is on torch here; leave it out"
        )
    if kind == "none":
        # JAX always computes with XLA.
        return DistributionStrategy(xla=xla and backend == "tensorflow")
    import tensorflow as tf

    if kind == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return Devices(tf.distribute.MirroredStrategy([device.name for device in devices]))
    try:
        if count > 1:
            logger.warning("waiting until all %d workers have started", count)
        with _default_signals():
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        return Workers(strategy, number, count)
    except (RuntimeError, ValueError, tf.errors.OpError) as error:
        said = " ".join(str(error).split())
        raise TrainingError(f"train.distribute: the workers cannot connect: {said}") from error


@contextmanager
def _default_signals() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the process at once, because Python's handlers are not called
    while TensorFlow waits for workers."""
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
