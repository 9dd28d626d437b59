"""The arithmetic that a network predicts in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

import keras

from artengine.arithmetic import CPUINFO, processor_has_bfloat16

Precision: TypeAlias = Literal["float32", "bfloat16"]


def resolve_precision(precision: Literal["auto", "float32", "bfloat16"]) -> Precision:
    """Decide what `auto` is: bfloat16 where what computes has instructions for it."""
    if precision != "auto":
        return precision
    return "bfloat16" if has_bfloat16() else "float32"


def has_bfloat16() -> bool:
    """Whether the accelerators that Keras computes on, or else the processor, multiply bfloat16.

    Of processors that is known on Linux only, and false elsewhere; of another backend than
    TensorFlow it is not known either.
    """
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    if devices:
        found = (tf.config.experimental.get_device_details(device) for device in devices)
        # Since NVIDIA's Ampere.
        return all(about.get("compute_capability", (0, 0)) >= (8, 0) for about in found)
    return processor_has_bfloat16(CPUINFO)


@contextmanager
def precision_scope(precision: Precision) -> Iterator[None]:
    """Have Keras build layers that compute in a precision; weights are float32 in either."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
