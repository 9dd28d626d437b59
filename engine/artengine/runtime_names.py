"""The names of what can compute a network, as presets write them."""

from __future__ import annotations

from typing import Literal, TypeAlias

RuntimeName: TypeAlias = Literal["keras", "openvino", "onnxruntime"]
