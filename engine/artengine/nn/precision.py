"""The precision of a network's predictions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

import keras

from artengine.arithmetic import CPUINFO, processor_has_bfloat16

Precision: TypeAlias = Literal["float32", "bfloat16"]


def resolve_precision(precision: Literal["auto", "float32", "bfloat16"]) -> Precision:
    """Resolve `auto`: bfloat16 if the device has instructions for it, else float32."""
    if precision != "auto":
        return precision
    return "bfloat16" if has_bfloat16() else "float32"


def has_bfloat16() -> bool:
    """Return whether Keras's accelerators, or else the processor, can multiply bfloat16.

    For processors this is known on Linux only, and False elsewhere. It is also False for other
    backends than TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    if devices:
        found = (tf.config.experimental.get_device_details(device) for device in devices)
        # NVIDIA's Ampere and later.
        return all(about.get("compute_capability", (0, 0)) >= (8, 0) for about in found)
    return processor_has_bfloat16(CPUINFO)


@contextmanager
def precision_scope(precision: Precision) -> Iterator[None]:
    """Let Keras build layers that compute in a precision; weights are float32 in both cases."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
