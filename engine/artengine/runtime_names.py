"""The names of what can compute a network."""

from __future__ import annotations

from typing import Literal, TypeAlias

RuntimeName: TypeAlias = Literal["keras", "openvino", "onnxruntime"]
"""Runtimes, as recipes write them."""

RuntimeSetting: TypeAlias = RuntimeName | Literal["auto", "default"]
"""What presets may write: "auto" is the quickest one, "default" what suits the network and the
machine without timing."""

BACKENDS = ("tensorflow", "torch", "jax")
"""What Keras may compute with, as KERAS_BACKEND names it."""
