"""The names of runtimes and backends."""

from __future__ import annotations

from typing import Literal, TypeAlias

RuntimeName: TypeAlias = Literal["keras", "openvino", "onnxruntime"]
"""Runtimes, as named in recipes."""

RuntimeSetting: TypeAlias = RuntimeName | Literal["auto", "default"]
"""The values that presets allow: "auto" is the fastest runtime; "default" is chosen for the network
and the machine without timing."""

BACKENDS = ("tensorflow", "torch", "jax")
"""The backends of Keras, as named in KERAS_BACKEND."""
