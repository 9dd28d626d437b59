"""Exact sampling of a frame pixel by pixel, in raster order.

The decoder is that of van den Oord et al., "Conditional image generation with PixelCNN decoders"
(2016): gated convolutions in a vertical stack, which sees the rows above, and a horizontal stack,
which sees its own row to the left and the output of the vertical stack. Instead of masks, the input
is shifted, as in PixelCNN++ (Salimans et al., 2017): a kernel covers only what it may see, and the
frame is padded on that side.

Sampling computes nothing twice, because the outputs of the convolutions are cached (Ramachandran et
al., "Fast generation for convolutional autoregressive models", 2017). And pixels that cannot see
one another are sampled at once: no kernel sees further right than three pixels in the row above, so
each row may follow four pixels behind the one above it. A frame takes W + 4 (H - 1) passes of one
pixel per row instead of H W, with the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from artengine.api import Tensor
from artengine_plugins.models.pixels.gated import ORDERS, RESIDUAL, gate, spread_over

if TYPE_CHECKING:
    import keras

Layers = Callable[[str], Callable[[Tensor], Tensor]]
Convolve = Callable[[str, Tensor | None], Tensor]
Pick = Callable[[Tensor, Tensor, Tensor], Tensor]

_LAG = 4
"""Number of pixels by which each row follows the one above it."""

_FIRST = {
    "vertical": [(row, column) for row in (-3, -2, -1) for column in range(-3, 4)],
    "horizontal": [(0, column) for column in (-3, -2, -1)],
}
_LATER = {
    "vertical": [(-1, column) for column in (-1, 0, 1)],
    "horizontal": [(0, -1), (0, 0)],
}
"""Offsets (row, column) that the kernels see, in pixels at first, then in features, in the order of
the kernel's own rows and columns."""


def decoder(features: int, width: int, blocks: int, outputs: int) -> keras.Model:
    """Build the network that predicts every pixel's parameters from the pixels before it.

    Inputs: the frame minus the guess `(B, H, W, 3)`, the encoder's features `(B, H, W, features)`,
    and the code of the order, `(B, 1, 1, 8)`. Output: `(B, H, W, outputs)`.
    """
    import keras
    from keras import layers

    pixels = keras.Input((None, None, 3), name="pixels")
    feature = keras.Input((None, None, features), name="features")
    order = keras.Input((1, 1, ORDERS), name="order")
    told = layers.Concatenate()([feature, layers.Lambda(spread_over)([order, feature])])

    def layer(name: str) -> Callable[[Tensor], Tensor]:
        if name == "parameters":
            return layers.Dense(outputs, name=name, dtype="float32")  # type: ignore[no-any-return]
        size = 2 * width if name.startswith(("told", "across")) else width
        return layers.Dense(size, name=name)  # type: ignore[no-any-return]

    def convolve(name: str, x: Tensor | None) -> Tensor:
        first = x is None
        top, left, right = (3, 3, 3) if first else (1, 1, 1)
        if name.startswith("vertical"):
            x = layers.ZeroPadding2D(((top, 0), (left, right)))(pixels if first else x)
            x = layers.Cropping2D(((0, 1), (0, 0)))(x)
            return layers.Conv2D(2 * width, (top, left + 1 + right), name=name)(x)
        x = layers.ZeroPadding2D(((0, 0), (left, 0)))(pixels if first else x)
        x = layers.Cropping2D(((0, 0), (0, 1)))(x) if first else x
        return layers.Conv2D(2 * width, (1, left if first else 2), name=name)(x)

    parameters = _stacks(layer, convolve, told, blocks)
    return keras.Model([pixels, feature, order], parameters, name="decoder")


def _stacks(layer: Layers, convolve: Convolve, told: Tensor, blocks: int) -> Tensor:
    """Run the two stacks with the given layers and convolutions.

    Args:
        layer: returns a layer by name, which sees a single pixel.
        convolve: convolves with the kernel of a name: features, or the pixels if None.
        told: features of each pixel from the encoder and the order.
    """
    from keras import ops

    vertical = horizontal = None
    for level in range(blocks + 1):
        above = convolve(f"vertical-{level}", vertical) + layer(f"told-vertical-{level}")(told)
        row = convolve(f"horizontal-{level}", horizontal)
        row = row + layer(f"across-{level}")(above) + layer(f"told-horizontal-{level}")(told)
        down, on = gate(above), layer(f"along-{level}")(gate(row))
        vertical = down if vertical is None else vertical + down
        horizontal = on if horizontal is None else horizontal + on
    return layer("parameters")(ops.relu(layer("hidden")(ops.relu(horizontal))))


def parameters(
    decoder: keras.Model, frame: Tensor, guess: Tensor, features: Tensor, order: Tensor
) -> Tensor:
    """Return every pixel's parameters `(B, H, W, P)`, given the earlier pixels of the frame.

    Args:
        frame: quantised, `(B, H, W, 3)`.
        guess: `(B, H, W, 3)`.
        features: features of the encoder, `(B, H, W, F)`.
        order: number of the order, an int32 scalar from 0 to 7.
    """
    from keras import ops

    code = _code(order, ops.shape(frame)[0])

    def found(frame: Tensor, guess: Tensor, features: Tensor) -> Tensor:
        return decoder([RESIDUAL * (frame - guess), features, code])

    return _turned(found, order, frame, guess, features)


def sample(
    decoder: keras.Model, guess: Tensor, features: Tensor, order: Tensor, pick: Pick, chance: Tensor
) -> Tensor:
    """Sample a frame.

    Args:
        pick: maps parameters, guess and chance to pixels, `(..., 3)`.
        chance: random numbers for `pick`, `(B, H, W, N)`.

    Returns:
        `(B, H, W, 3)`.
    """
    from keras import ops

    code = _code(order, ops.shape(guess)[0])

    def sampled(guess: Tensor, features: Tensor, chance: Tensor) -> Tensor:
        told = ops.concatenate([features, spread_over((code, features))], axis=-1)
        return _sweep(decoder, guess, told, chance, pick)

    return _turned(sampled, order, guess, features, chance)


def _code(order: Tensor, batch: Tensor | int) -> Tensor:
    from keras import ops

    one = ops.one_hot(ops.convert_to_tensor(order, "int32"), ORDERS)
    return ops.broadcast_to(one[None, None, None, :], (batch, 1, 1, ORDERS))


def _turned(function: Callable[..., Tensor], order: Tensor, *frames: Tensor) -> Tensor:
    """Transform frames so that the order becomes raster order, apply the function, transform back.

    Bits of the order: 1 begins at the right, 2 at the bottom, and 4 goes along columns.
    """
    from keras import ops

    order = ops.convert_to_tensor(order, "int32")

    def flipped(x: Tensor) -> Tensor:
        x = ops.where(order % 2 == 1, ops.flip(x, axis=2), x)
        return ops.where(order // 2 % 2 == 1, ops.flip(x, axis=1), x)

    def along_rows() -> Tensor:
        return flipped(function(*(flipped(x) for x in frames)))

    def along_columns() -> Tensor:
        turned = (flipped(ops.swapaxes(x, 1, 2)) for x in frames)
        return ops.swapaxes(flipped(function(*turned)), 1, 2)

    return ops.cond(order >= 4, along_columns, along_rows)


def _sweep(decoder: keras.Model, guess: Tensor, told: Tensor, chance: Tensor, pick: Pick) -> Tensor:
    """Sample in raster order, one pixel of each row at once, each row behind the one above.

    In frames with rows shifted accordingly, the pixels sampled at once form a column.
    """
    from keras import ops

    batch, height, width, _ = ops.shape(guess)
    columns = width + _LAG * (height - 1)
    guesses, tolds = _columns(guess), _columns(told)
    # Values drawn outside the frame are discarded; pad with 0.5, because log 0 is infinite.
    chances = _columns(chance - 0.5) + 0.5
    blocks = len([each for each in decoder.layers if each.name.startswith("vertical-")]) - 1
    along = decoder.get_layer("along-0")
    size, dtype = along.units, along.compute_dtype
    inside = _columns(ops.ones((1, height, width, 1), dtype))
    kept: dict[str, Tensor] = {"pixels": ops.zeros((batch, _depth(_FIRST), height, 3), dtype)}
    for level in range(1, blocks + 1):
        for stack in _LATER:
            depth = _depth({stack: _LATER[stack]})
            kept[f"{stack}-{level}"] = ops.zeros((batch, depth, height, size), dtype)
    names = list(kept)

    def convolved(name: str, seen: Tensor) -> Tensor:
        """Apply a kernel to the newest columns `(B, N, H, C)`, the newest first."""
        stack, level = name.split("-")
        taps = (_FIRST if level == "0" else _LATER)[stack]
        top = max(-row for row, _ in taps)
        newest = 0 if (0, 0) in taps else 1
        rows = np.arange(height)[:, None]
        places = np.array(
            [(-_LAG * row - column - newest) * (height + top) + top + row for row, column in taps]
        )
        flat = ops.reshape(
            ops.pad(seen, ((0, 0), (0, 0), (top, 0), (0, 0))),
            (batch, seen.shape[1] * (height + top), seen.shape[3]),
        )
        patches = ops.take(flat, rows + places[None], axis=1)
        patches = ops.reshape(patches, (batch, height, len(taps) * seen.shape[3]))
        layer = decoder.get_layer(name)
        kernel = ops.reshape(layer.kernel, (len(taps) * seen.shape[3], -1))
        return ops.matmul(patches, ops.cast(kernel, dtype)) + ops.cast(layer.bias, dtype)

    def step(column: Tensor, frame: Tensor, *before: Tensor) -> tuple[Tensor, ...]:
        seen = dict(zip(names, before, strict=True))
        after = dict(seen)
        here = ops.take(inside, column, axis=0)

        def push(name: str, new: Tensor) -> Tensor:
            """Prepend a column to the cached ones; outside the frame everything is 0."""
            new = ops.cast(new, dtype) * here
            whole = ops.concatenate([new[:, None], seen[name]], axis=1)
            after[name] = whole[:, : seen[name].shape[1]]
            return whole

        def convolve(name: str, x: Tensor | None) -> Tensor:
            if x is None:
                return convolved(name, seen["pixels"])
            whole = push(name, x)
            return convolved(name, whole if name.startswith("horizontal") else seen[name])

        told, guess = ops.take(tolds, column, axis=0), ops.take(guesses, column, axis=0)
        found = _stacks(decoder.get_layer, convolve, told, blocks)
        pixels = pick(found, guess, ops.take(chances, column, axis=0))
        push("pixels", RESIDUAL * (pixels - guess))
        frame = ops.slice_update(frame, (column, 0, 0, 0), pixels[None])
        return (column + 1, frame, *(after[name] for name in names))

    frame = ops.zeros((columns, batch, height, 3))
    start = (ops.convert_to_tensor(0, "int32"), frame, *kept.values())
    done = ops.while_loop(lambda column, *_: column < columns, step, start)
    return _rows(done[1], width)


def _depth(kernels: dict[str, list[tuple[int, int]]]) -> int:
    """Return how many columns back the kernels see."""
    return max(-_LAG * row - column for taps in kernels.values() for row, column in taps)


def _columns(x: Tensor) -> Tensor:
    """Skew `(B, H, W, C)` into columns: `(W + 4 (H - 1), B, H, C)`, 0 outside the frame."""
    from keras import ops

    batch, height, width, channels = ops.shape(x)
    columns = width + _LAG * (height - 1)
    # Padded rows exceed the reshaped ones by a lag, so that each is shifted by one lag more.
    x = ops.pad(x, ((0, 0), (0, 0), (0, columns + _LAG - width), (0, 0)))
    x = ops.reshape(x, (batch, height * (columns + _LAG), channels))[:, : height * columns]
    return ops.transpose(ops.reshape(x, (batch, height, columns, channels)), (2, 0, 1, 3))


def _rows(x: Tensor, width: int) -> Tensor:
    """Invert `_columns`: from skewed columns to `(B, H, W, C)`."""
    from keras import ops

    columns, batch, height, channels = ops.shape(x)
    x = ops.reshape(ops.transpose(x, (1, 2, 0, 3)), (batch, height * columns, channels))
    x = ops.pad(x, ((0, 0), (0, height * _LAG), (0, 0)))
    return ops.reshape(x, (batch, height, columns + _LAG, channels))[:, :, :width]
