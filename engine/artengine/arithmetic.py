"""The precision, libraries and hardware that compute a film; its rounding depends on them."""

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
"""The file in which Linux describes the processor."""

_BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Linux's flags for bfloat16 instructions: two of Intel and AMD, and one of ARM."""

_INSTRUCTIONS = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "avx", "asimd")
"""Instruction sets, best first; libraries use the best one that is available."""


def arithmetic(precision: str, runtime: str) -> dict[str, str]:
    """Describe the arithmetic of a dream on this machine, in texts that do not identify it.

    Args:
        precision: the precision of the network, such as "float32".
        runtime: the runtime that computes the network, such as "keras".

    Returns:
        Both, the versions of the libraries that compute, and the hardware: the processor's
        architecture with its widest instruction set, and the graphics cards of Keras's backend if
        it is loaded, or ONNX Runtime's provider if that computes on a card.
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
    """Return the backend of Keras, or the one it would use if it were loaded."""
    keras: Any = sys.modules.get("keras")
    if keras is None:
        return os.environ.get("KERAS_BACKEND") or "tensorflow"
    return str(keras.backend.backend())


def processor_has_bfloat16(cpuinfo: Path = CPUINFO) -> bool:
    """Return whether Linux's description of the processor lists bfloat16 instructions.

    Other systems have no such file; the result is False there.
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
"""Distribution names of libraries that are published under several."""


@cache
def version_of(library: str) -> str:
    """Return the version of an installed library, or an empty string."""
    for distribution in _DISTRIBUTIONS.get(library, (library,)):
        with suppress(PackageNotFoundError):
            return version(distribution)
    return ""


def _processor() -> str:
    """The architecture and, where the system lists them, the best instruction set."""
    best = ""
    try:
        with CPUINFO.open(encoding="utf-8", errors="replace") as lines:
            flags = next((ln.split() for ln in lines if ln.startswith(("flags", "Features"))), [])
        best = next((word for word in _INSTRUCTIONS if word in flags), "")
    except OSError:
        pass
    return f"{platform.machine()} {best}".strip()


def _provider() -> str:
    """The provider with which ONNX Runtime computes on a card; empty on the processor."""
    engine: Any = sys.modules.get("artengine.stepping.onnxruntime_engine")
    return "" if engine is None else str(engine.on_a_card())


def _graphics_cards() -> str:
    """The names of the cards that Keras's backend computes on; empty if it is not loaded."""
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
