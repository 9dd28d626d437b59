"""Detection of graphics cards that TensorFlow can use, without importing it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_HIDDEN = ("", "-1", "NoDevFiles")
"""Values of CUDA_VISIBLE_DEVICES that hide all cards."""


def tensorflow_has_a_card(root: Path = Path("/")) -> bool:
    """Return whether there is an NVIDIA card, and cuDNN, which TensorFlow needs to compute on it.

    Neither the driver nor TensorFlow's plain package installs cuDNN. TensorFlow uses cards only on
    Linux, which includes WSL2.

    Args:
        root: root of the file system.
    """
    if sys.platform != "linux" or os.environ.get("CUDA_VISIBLE_DEVICES", "0") in _HIDDEN:
        return False
    devices = root / "dev"
    return (any(devices.glob("nvidia[0-9]*")) or (devices / "dxg").exists()) and _has_cudnn(root)


def _has_cudnn(root: Path) -> bool:
    """Whether cuDNN is installed by pip or Conda, system-wide, or in a folder of
    LD_LIBRARY_PATH."""
    if find_spec("nvidia") is not None and find_spec("nvidia.cudnn") is not None:
        return True
    named = filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":"))
    folders = [Path(sys.prefix, "lib"), root / "usr/local/cuda/lib64", *map(Path, named)]
    if any(any(folder.glob("libcudnn.so*")) for folder in folders):
        return True
    try:
        return b"libcudnn.so" in (root / "etc/ld.so.cache").read_bytes()
    except OSError:
        return False
