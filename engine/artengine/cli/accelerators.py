"""What networks can run on, and what to install where a graphics card is not used."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def accelerators() -> list[str]:
    """The names of the devices beside the processor that TensorFlow can use.

    TensorFlow is imported, which takes seconds. Raises what that raises.
    """
    # It imports TensorFlow without its greetings, so it must come before TensorFlow itself.
    import_module("artengine.nn")
    import tensorflow as tf

    devices = [device.name for device in tf.config.list_physical_devices()]
    return [name for name in devices if ":CPU:" not in name]


def without_accelerator() -> str:
    """What is found, and advice, on this machine where TensorFlow uses the processor alone."""
    return f"none; {os.cpu_count() or 1} processor cores; " + advice(
        sys.platform,
        platform.machine(),
        has_nvidia=Path("/proc/driver/nvidia").exists(),
        has_openvino=find_spec("openvino") is not None,
    )


def advice(system: str, machine: str, *, has_nvidia: bool, has_openvino: bool) -> str:
    """Say in one line how networks run faster on a machine without an accelerator.

    Args:
        system: as `sys.platform`.
        machine: as `platform.machine()`.
        has_nvidia: whether the driver of an NVIDIA card is loaded.
        has_openvino: whether OpenVINO is installed.
    """
    if system == "darwin" and machine == "arm64":
        return "to use the graphics cores of this Mac: pip install tensorflow-metal"
    if system == "win32":
        return "TensorFlow uses graphics cards on Windows in WSL2 only; install artengine there"
    if has_nvidia:
        return "to use the NVIDIA card of this machine: pip install 'tensorflow[and-cuda]'"
    if has_openvino:
        return "--runtime openvino is often faster on a processor"
    return (
        "--runtime openvino is often faster on a processor, once installed: "
        "pip install 'artengine[openvino]'"
    )
