"""The graphics cards of this machine, found without the libraries of their makers."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Maker: TypeAlias = Literal["nvidia", "amd", "intel", "apple", "other"]

_MAKERS: dict[str, Maker] = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
"""Makers by the PCI vendor number that Linux reports."""

_DEFAULT_NAMES: dict[Maker, str] = {
    "nvidia": "an NVIDIA card",
    "amd": "an AMD card",
    "intel": "Intel graphics",
    "apple": "the graphics cores of this Mac",
    "other": "a graphics card",
}

_SMI = ("nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi")
"""The command of NVIDIA's driver; in WSL2 it is not on the path."""

_WINDOWS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
"""The registry key that lists the drivers of display adapters by four-digit numbers."""


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card, or the graphics cores of a processor."""

    maker: Maker
    name: str


def graphics_cards(devices: Path = Path("/sys/class/drm")) -> list[Card]:
    """Return the graphics cards of this machine.

    Args:
        devices: the folder in which Linux lists display devices.
    """
    if sys.platform == "darwin":
        return list(_mac_cards())
    if sys.platform == "win32":
        return [_card_named(name) for name in dict.fromkeys(_windows_names())]
    named = [Card("nvidia", name) for name in _nvidia_names()]
    makers = [m for m in _linux_makers(devices) if not (m == "nvidia" and named)]
    return [*named, *(Card(maker, _DEFAULT_NAMES[maker]) for maker in makers)]


def _nvidia_names() -> list[str]:
    """Return the names that NVIDIA's driver reports; none if it is missing or does not answer."""
    program = next(filter(None, map(shutil.which, _SMI)), None)
    output = _output_of([program, "-L"]) if program else ""
    return re.findall(r"^GPU \d+: (.+?) \(UUID", output, re.MULTILINE)


def _linux_makers(devices: Path) -> Iterator[Maker]:
    """Yield the makers of the listed devices; chips of other makers only drive a screen."""
    for vendor in sorted(devices.glob("card[0-9]*/device/vendor")):
        try:
            maker = _MAKERS.get(vendor.read_text(encoding="ascii", errors="replace").strip())
        except OSError:
            continue
        # The connectors of a card are listed next to it, for example card0-HDMI-A-1.
        if maker is not None and "-" not in vendor.parts[-3]:
            yield maker


def _mac_cards() -> Iterator[Card]:
    if platform.machine() == "arm64":
        name = _output_of(["sysctl", "-n", "machdep.cpu.brand_string"]).strip()
        yield Card("apple", name or _DEFAULT_NAMES["apple"])
        return
    output = _output_of(["system_profiler", "SPDisplaysDataType"])
    yield from map(_card_named, re.findall(r"Chipset Model: (.+)", output))


def _windows_names() -> list[str]:
    """Return the names of the display adapters of Windows."""
    found: list[str] = []
    if sys.platform == "win32":
        import winreg

        for number in range(16):
            try:
                key = winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, f"{_WINDOWS}\\{number:04}")
                with key:
                    found.append(str(winreg.QueryValueEx(key, "DriverDesc")[0]))
            except OSError:
                continue
    return [name for name in found if not re.match(r"Microsoft (Basic|Remote)", name)]


def _card_named(name: str) -> Card:
    """Return a card, with the maker inferred from its name."""
    words: dict[str, Maker] = {
        r"nvidia|geforce|quadro": "nvidia",
        r"amd|radeon": "amd",
        r"intel": "intel",
    }
    found = (maker for pattern, maker in words.items() if re.search(pattern, name, re.IGNORECASE))
    return Card(next(found, "other"), name.strip())


def _output_of(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", errors="replace")
