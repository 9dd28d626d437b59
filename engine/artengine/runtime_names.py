"""The names of what can compute a network."""

from __future__ import annotations

from typing import Literal, TypeAlias

RuntimeName: TypeAlias = Literal["keras", "openvino", "onnxruntime"]
"""Runtimes, as presets write them."""

BACKENDS = ("tensorflow", "torch", "jax")
"""What Keras may compute with, as KERAS_BACKEND names it."""
