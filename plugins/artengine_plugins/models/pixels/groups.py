"""Sampling a frame in sixteen groups, all pixels of a group at once.

The places of a 4x4 block are sampled one after the other, each in all blocks at once, given the
guess and all earlier places. As in Reed et al., "Parallel multiscale autoregressive density
estimation" (2017), pixels of one group are apart and do not see each other; as in the subscale
networks of Menick and Kalchbrenner, "Generating high fidelity images with subscale pixel networks"
(2019), one decoder serves all groups. The places are in Bayer's order, from coarse to fine.

The decoder begins with a masked convolution, as in van den Oord et al., "Conditional image
generation with PixelCNN decoders" (2016). Each group has another mask, so the mask is applied to
the pixels instead of the kernel, which all groups share. The gated blocks after it need no mask:
they see only features of the same group, none of which depends on its own pixel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from artengine.api import Tensor
from artengine_plugins.models.pixels.gated import RESIDUAL, gate, spread_over

if TYPE_CHECKING:
    import keras

SIDE = 4
GROUPS = SIDE * SIDE

_REACH = 3
"""Radius of a window in pixels: the smallest that includes every other group."""

_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
_RANKS = np.stack([np.rot90(m, n) for m in (_BAYER, _BAYER.T) for n in range(4)]).astype("int32")
"""Rank of each place of a block, `(8, 4, 4)`: Bayer's order in the symmetries of the square."""

_PLACES = np.stack([np.argsort(ranks, axis=None) for ranks in _RANKS]).astype("int32")
"""Place of each rank, `(8, 16)`, counted along rows."""


def decoder(features: int, width: int, blocks: int, outputs: int) -> keras.Model:
    """Build the network that predicts the parameters of one group.

    Inputs: the windows `(B, H + 3, W + 3, 3)` around the group's pixels, the encoder's features at
    them `(B, H / 4, W / 4, features)`, and the code of the group, `(B, 1, 1, 32)`.
    Output: `(B, H / 4, W / 4, outputs)`.
    """
    import keras
    from keras import layers

    window = keras.Input((None, None, 3), name="window")
    feature = keras.Input((None, None, features), name="features")
    group = keras.Input((1, 1, 2 * GROUPS), name="group")
    told = layers.Concatenate()([feature, layers.Lambda(spread_over)([group, feature])])
    x = layers.Conv2D(2 * width, 2 * _REACH + 1, strides=SIDE, name="masked")(window)
    x = gate(layers.Add()([x, layers.Dense(2 * width)(told)]))
    for _ in range(blocks):
        inner = layers.Conv2D(2 * width, 3, padding="same")(x)
        inner = gate(layers.Add()([inner, layers.Dense(2 * width)(told)]))
        x = layers.Add()([x, layers.Dense(width)(inner)])
    x = layers.Dense(width, activation="relu")(layers.ReLU()(x))
    parameters = layers.Dense(outputs, dtype="float32")(x)
    return keras.Model([window, feature, group], parameters, name="decoder")


def at(x: Tensor, order: Tensor, rank: Tensor | int) -> Tensor:
    """Return a group's pixels: `(B, H, W, C)` to `(B, H / 4, W / 4, C)`."""
    from keras import ops

    place = ops.take(ops.take(_PLACES, order, axis=0), rank)
    batch, height, width, channels = ops.shape(x)
    x = ops.reshape(x, (batch, height // SIDE, SIDE, width // SIDE, SIDE, channels))
    return ops.take(ops.take(x, place // SIDE, axis=2), place % SIDE, axis=3)


def parameters(
    decoder: keras.Model,
    frame: Tensor,
    guess: Tensor,
    features: Tensor,
    order: Tensor,
    ranks: Tensor,
) -> Tensor:
    """Return the parameters of some groups, given the earlier groups of the frame.

    Args:
        frame: quantised, `(B, H, W, 3)`; pixels that a group may not see are ignored.
        guess: `(B, H, W, 3)`.
        features: features of the encoder, `(B, H, W, F)`.
        order: number of the order, an int32 scalar from 0 to 7.
        ranks: ranks of the groups, int32 `(R,)`.

    Returns:
        `(R * B, H / 4, W / 4, P)`, all frames of the first group first.
    """
    from keras import ops

    inputs = [_inputs(frame, guess, features, order, ranks[each]) for each in range(ranks.shape[0])]
    return decoder([ops.concatenate(parts, axis=0) for parts in zip(*inputs, strict=True)])


def sample(
    decoder: keras.Model,
    guess: Tensor,
    features: Tensor,
    order: Tensor,
    pick: Callable[[Tensor, Tensor, Tensor], Tensor],
    chance: Tensor,
) -> Tensor:
    """Sample a frame, in sixteen passes of the decoder.

    Args:
        pick: maps parameters, guess and chance to pixels, `(..., 3)`.
        chance: random numbers for `pick`, `(B, H, W, N)`.

    Returns:
        `(B, H, W, 3)`.
    """
    from keras import ops

    def draw(rank: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
        found = decoder(_inputs(frame, guess, features, order, rank))
        pixels = pick(found, at(guess, order, rank), at(chance, order, rank))
        return rank + 1, frame + _put(pixels, order, rank)

    start = (ops.convert_to_tensor(0, "int32"), ops.zeros_like(guess))
    return ops.while_loop(lambda rank, _: rank < GROUPS, draw, start)[1]


def _inputs(
    frame: Tensor, guess: Tensor, features: Tensor, order: Tensor, rank: Tensor | int
) -> list[Tensor]:
    """Return the decoder's inputs for a group: nothing of that group or later ones."""
    from keras import ops

    batch, height, width, _ = ops.shape(frame)
    known = ops.cast(ops.take(_RANKS, order, axis=0) < rank, "float32")
    place = ops.take(ops.take(_PLACES, order, axis=0), rank)
    mask = ops.tile(known, (height // SIDE, width // SIDE))[None, :, :, None]
    seen = RESIDUAL * (frame - guess) * mask
    padded = ops.pad(seen, ((0, 0), (_REACH, _REACH), (_REACH, _REACH), (0, 0)))
    # With `slice`, OpenVINO would keep the length of the loop's first iteration.
    window = ops.take(padded, place // SIDE + ops.arange(height + _REACH), axis=1)
    window = ops.take(window, place % SIDE + ops.arange(width + _REACH), axis=2)
    which = ops.concatenate([ops.reshape(known, (-1,)), ops.one_hot(place, GROUPS)])
    group = ops.broadcast_to(which[None, None, None, :], (batch, 1, 1, 2 * GROUPS))
    return [window, at(features, order, rank), group]


def _put(pixels: Tensor, order: Tensor, rank: Tensor | int) -> Tensor:
    """Place a group's pixels in a frame that is 0 elsewhere."""
    from keras import ops

    batch, height, width, channels = ops.shape(pixels)
    here = ops.cast(ops.equal(ops.take(_RANKS, order, axis=0), rank), "float32")
    placed = pixels[:, :, None, :, None, :] * here[None, None, :, None, :, None]
    return ops.reshape(placed, (batch, height * SIDE, width * SIDE, channels))
