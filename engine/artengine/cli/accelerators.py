"""The accelerators that networks can run on, and what to install for an unused card."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module

from artengine.cli.graphics import Card, graphics_cards
from artengine.runtime_names import RuntimeName


@dataclass(frozen=True, slots=True)
class Way:
    """A runtime that can compute on a graphics card, and its installation.

    Args:
        runtime: the name of the runtime.
        install: the requirement to pass to pip.
    """

    runtime: RuntimeName
    install: str


def way(card: Card, system: str) -> Way | None:
    """Return the runtime for a card and its installation; None if no runtime can use the card.

    Args:
        system: as `sys.platform`.
    """
    if system == "darwin":
        return Way("onnxruntime", "artengine[onnxruntime]")
    if system == "win32":
        kind = "cuda" if card.maker == "nvidia" else "directml"
        return Way("onnxruntime", f"artengine[onnxruntime-{kind}]")
    return Way("keras", "tensorflow[and-cuda]") if card.maker == "nvidia" else None


def used_cards() -> dict[RuntimeName, str]:
    """Return the accelerators that each installed runtime uses, by the runtime's name.

    Imports TensorFlow, which takes seconds, and raises any error of that import.
    """
    used: dict[RuntimeName, str] = {}
    # This silences TensorFlow's start-up messages, so it must come before TensorFlow itself.
    import_module("artengine.nn")
    import tensorflow as tf

    devices = [device.name for device in tf.config.list_physical_devices()]
    cards = [name for name in devices if ":CPU:" not in name]
    if cards:
        used["keras"] = ", ".join(cards)
    from artengine.stepping.engines import is_installed

    if is_installed("onnxruntime"):
        from artengine.stepping.onnxruntime_engine import on_a_card

        if on_a_card():
            used["onnxruntime"] = on_a_card()
    return used


def accelerators() -> str:
    """Describe the accelerators found here, what uses them, and what to install if nothing does.

    Raises any error of importing TensorFlow.
    """
    from artengine.stepping.engines import installed_runtimes

    return advice(graphics_cards(), used_cards(), sys.platform, installed_runtimes())


def advice(
    cards: Collection[Card],
    used: dict[RuntimeName, str],
    system: str,
    installed: Collection[RuntimeName],
) -> str:
    """Describe on one line what networks run on, and what would be faster.

    Args:
        cards: the graphics cards of the machine.
        used: the accelerators that installed runtimes use.
        system: as `sys.platform`.
        installed: the installed runtimes.
    """
    found = ", ".join(card.name for card in cards) or "no graphics card"
    if used:
        by = ", ".join(
            f"--runtime {name} computes on it ({devices})" for name, devices in used.items()
        )
        return f"{found}; {by}"
    ways = [each for each in (way(card, system) for card in cards) if each is not None]
    if ways:
        return (
            f"{found}, not used; for --runtime {ways[0].runtime} to compute on it: "
            f'python -m pip install "{ways[0].install}"'
        )
    if cards:
        found += ", which no runtime here can use"
    found += f"; {os.cpu_count() or 1} processor cores"
    if "openvino" in installed:
        return found
    return f"{found}; openvino is often faster on them: python -m pip install openvino"
