"""What a film's numbers are computed in and by: other arithmetic rounds otherwise."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")
"""Where Linux describes the processor."""

_BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""What Linux calls a processor's instructions for it: Intel's and AMD's, and ARM's."""

_INSTRUCTIONS = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "avx", "asimd")
"""Instructions of which libraries take the best that there are, the best first."""


def arithmetic(precision: str, runtime: str) -> dict[str, str]:
    """Describe the arithmetic of a dream on this machine, in texts that tell no one's machine.

    Args:
        precision: what the network computes in, as "float32".
        runtime: what computes it, as "keras".

    Returns:
        Both, the versions of the libraries that compute, and what they compute on: the processor's
        architecture with its widest instructions, and where Keras's backend is loaded and has them,
        the graphics cards; or what of ONNX Runtime computes on one.
    """
    described = {"precision": precision, "runtime": runtime}
    for library in (keras_backend(), "keras", *([] if runtime == "keras" else [runtime])):
        found = version_of(library)
        if found:
            described[library] = found
    described["processor"] = _processor()
    cards = _provider() if runtime == "onnxruntime" else _graphics_cards()
    if cards:
        described["graphics"] = cards
    return described


def keras_backend() -> str:
    """The library that Keras computes with, or would if it were loaded."""
    keras: Any = sys.modules.get("keras")
    if keras is None:
        return os.environ.get("KERAS_BACKEND") or "tensorflow"
    return str(keras.backend.backend())


def processor_has_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Whether a processor's description, in the form of Linux, names instructions for bfloat16.

    Of other systems that is not known, and false.
    """
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    named = (line.partition(":") for line in lines)
    return any(
        not _BFLOAT16.isdisjoint(words.split())
        for name, _, words in named
        if name.strip() in ("flags", "Features")
    )


_DISTRIBUTIONS = {
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml"),
}
"""What a library is called where it is installed, if it has several names."""


@cache
def version_of(library: str) -> str:
    """The version of a library that is installed; empty where it is not."""
    for distribution in _DISTRIBUTIONS.get(library, (library,)):
        with suppress(PackageNotFoundError):
            return version(distribution)
    return ""


def _processor() -> str:
    """The architecture and, where the system says so, the best instructions that are used."""
    best = ""
    try:
        with CPUINFO.open(encoding="utf-8", errors="replace") as lines:
            flags = next((ln.split() for ln in lines if ln.startswith(("flags", "Features"))), [])
        best = next((word for word in _INSTRUCTIONS if word in flags), "")
    except OSError:
        pass
    return f"{platform.machine()} {best}".strip()


def _provider() -> str:
    """What of ONNX Runtime computes where it is not the processor; it has been loaded then."""
    engine: Any = sys.modules.get("artengine.stepping.onnxruntime_engine")
    return "" if engine is None else str(engine.on_a_card())


def _graphics_cards() -> str:
    """The names of the cards that Keras's backend computes on; none where it is not loaded."""
    backend = keras_backend()
    library: Any = sys.modules.get(backend)
    if library is None:
        return ""
    if backend == "torch":
        cards = range(library.cuda.device_count())
        named = [library.cuda.get_device_name(card) for card in cards]
    elif backend == "jax":
        named = [device.device_kind for device in library.devices() if device.platform != "cpu"]
    else:
        config = library.config
        about = map(config.experimental.get_device_details, config.list_physical_devices("GPU"))
        named = [each.get("device_name") for each in about]
    return ", ".join(dict.fromkeys(str(name or "unknown") for name in named))
