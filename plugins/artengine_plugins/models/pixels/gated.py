"""Parts that both decoders share."""

from __future__ import annotations

from artengine.api import Tensor

ORDERS = 8
"""Number of orders that a frame can be sampled in: the symmetries of a square."""

RESIDUAL = 8.0
"""Scale of the differences to the guess at the decoder's input."""


def gate(x: Tensor) -> Tensor:
    """Apply the gated activation: half of the channels are values, the other half gates."""
    from keras import ops

    what, much = ops.split(x, 2, axis=-1)
    return ops.tanh(what) * ops.sigmoid(much)


def spread_over(given: tuple[Tensor, Tensor]) -> Tensor:
    """Repeat `(B, 1, 1, N)` over the places of `(B, H, W, F)`."""
    from keras import ops

    code, frame = given
    return ops.broadcast_to(code, (*ops.shape(frame)[:-1], code.shape[-1]))
