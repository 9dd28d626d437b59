"""What both decoders share."""

from __future__ import annotations

from artengine.api import Tensor

ORDERS = 8
"""Orders that a frame can be sampled in: the symmetries of a square."""

RESIDUAL = 8.0
"""What differences to the guess are multiplied by, to be of the size that networks like."""


def gate(x: Tensor) -> Tensor:
    """The gated activation: half of the channels say what, the other half how much of it."""
    from keras import ops

    what, much = ops.split(x, 2, axis=-1)
    return ops.tanh(what) * ops.sigmoid(much)


def spread_over(given: tuple[Tensor, Tensor]) -> Tensor:
    """Repeat `(B, 1, 1, N)` over the places of `(B, H, W, F)`."""
    from keras import ops

    code, frame = given
    return ops.broadcast_to(code, (*ops.shape(frame)[:-1], code.shape[-1]))
