"""How far effects may drive what a recurrent network carries on."""

from __future__ import annotations

from artengine.api import NetworkState, Tensor

LIGHT = (-1.0, 2.0)
"""What a network is shown of a frame that an effect has driven beyond 0..1."""

MEMORY = (-2.0, 2.0)
"""And of a state that one has driven beyond -1..1."""


def bounded(newest: Tensor, state: NetworkState) -> tuple[Tensor, NetworkState]:
    """The newest frame and the state, clipped to as far as effects may drive them.

    A share of them is carried on in each step. An effect that gains more than is lost there, as
    contrast does, would drive them on and on, until nothing finite is left.
    """
    from keras import ops

    return ops.clip(newest, *LIGHT), tuple(ops.clip(part, *MEMORY) for part in state)
