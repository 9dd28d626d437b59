"""Limits on what effects can do to the inputs of a recurrent network."""

from __future__ import annotations

from artengine.api import NetworkState, Tensor

LIGHT = (-1.0, 2.0)
"""Range of a frame's values, which effects may drive beyond 0..1."""

MEMORY = (-2.0, 2.0)
"""Range of a state's values, which effects may drive beyond -1..1."""


def bounded(newest: Tensor, state: NetworkState) -> tuple[Tensor, NetworkState]:
    """Clip the newest frame and the state to `LIGHT` and `MEMORY`.

    The network carries a share of them on in each step. An effect that amplifies more than is lost
    in a step, such as contrast, would drive the values to infinity.
    """
    from keras import ops

    return ops.clip(newest, *LIGHT), tuple(ops.clip(part, *MEMORY) for part in state)
