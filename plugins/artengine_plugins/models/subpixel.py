"""Enlarging without checkerboard artifacts: sub-pixel and transposed convolutions with even phases.

Enlarging by 4 makes 4x4 pixels of each place, and each of these *phases* has a kernel of its own.
Kernels learn at different speeds. Where they do not answer alike to an even area, it gets a raster
of 4 pixels, which a dream feeds back and strengthens. So all phases of a kernel are held to the
same sum: an even area then stays even, whatever was learnt. This is the condition of Sugawara,
Shiota and Kiya ("Super-resolution using convolutional neural networks without any checkerboard
artifacts", 2018), imposed on the weights as a projection after each step, where they add a layer.
The cause is described in Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts"
(2016), and Aitken et al., "Checkerboard artifact free sub-pixel convolution" (2017). It costs
nothing in a dream.

An even area is not all: where a network knows that there is texture, but not which, the cheapest
answer is one pattern in every place, a screen door. `without_raster` takes away what repeats.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from artengine.api import ReceptiveField, Tensor
from artengine_plugins.models.depth_to_space import depth_to_space, space_to_depth

if TYPE_CHECKING:
    import keras


def subpixel(
    x: keras.KerasTensor,
    channels: int,
    by: int,
    *,
    name: str | None = None,
    kernel: int = 3,
    start: Any = "glorot_uniform",
    bias: float = 0.0,
    dtype: str | None = None,
    activation: str | None = None,
    deraster: bool = False,
    onto: tuple[keras.KerasTensor, int] | None = None,
    last: str | None = None,
) -> keras.KerasTensor:
    """Enlarge by a convolution to `by * by * channels` channels, which are laid out as pixels.

    Args:
        x: `(B, H, W, C)`.
        channels: of the result, `(B, by * H, by * W, channels)`.
        by: how many times larger it is.
        name: of the convolution.
        kernel: its width and height.
        start: the initialiser of its kernel.
        bias: the initial value of its bias.
        dtype: what it computes with; by default what the policy says.
        activation: of the result, in float32.
        deraster: whether to clip the result to 0..1 and to take patterns away that repeat from
            place to place. What is left may be a little outside of 0..1.
        onto: a smaller picture with as many channels that the result is added to, in float32,
            enlarged linearly; and how many times, which `by` divides.
        last: the name of the layer that gives out the pixels.
    """
    import keras
    from keras import layers

    even = _evens().channels(by)
    layer = layers.Conv2D(
        by * by * channels,
        kernel,
        padding="same",
        kernel_initializer=_evens().drawn(even, start),
        bias_initializer=keras.initializers.Constant(bias),
        kernel_constraint=even,
        bias_constraint=even,
        dtype=dtype,
        name=name,
    )

    places = layer(x)
    laid_out = (None, None, by * by * channels)
    if onto is not None:
        dtype = "float32"
        small, times = onto
        # As channels: at full size the same costs ten times as much.
        enlarged = layers.Lambda(
            lambda x: enlarged_places(x, times, by),
            output_shape=laid_out,
            dtype=dtype,
        )(small)
        places = layers.Add(dtype=dtype)([places, enlarged])
    if activation is not None:
        dtype = "float32"
        places = layers.Activation(activation, dtype=dtype)(places)
    if deraster:
        # At the end: a clip or an activation makes a pattern of what only overshoots in turns.
        clean = layers.Lambda(
            lambda x: without_raster(within(x), by), output_shape=laid_out, dtype=dtype
        )
        places = clean(places)
    shape = (None, None, channels)
    lay_out = layers.Lambda(
        lambda x: depth_to_space(x, by), output_shape=shape, dtype=dtype, name=last
    )
    return lay_out(places)


PERIOD = 8
"""Side in pixels of the patterns that `without_raster` finds: those of layers at a quarter and at
an eighth of the size."""

WINDOW = 4
"""Over so many patterns across and down one is looked for. What differs from one to the next
averages out over them, and what repeats is left."""

RASTER_REACH = 4
"""How many squares of `PERIOD` pixels `without_raster` looks beyond one, at most."""


def without_raster_field(field: ReceptiveField, by: int) -> ReceptiveField:
    """What a layer looks at whose result `without_raster` cleans, for `Model.receptive_field`."""
    within = PERIOD // by
    return field.conv(within, stride=within).look(RASTER_REACH).upsample(within)


def within(colours: Tensor) -> Tensor:
    """Clip to 0..1. The gradient passes as if it were not clipped, so that it ends nowhere."""
    from keras import ops

    return colours + ops.stop_gradient(ops.clip(colours, 0.0, 1.0) - colours)


def without_raster(places: Tensor, by: int) -> Tensor:
    """Take away patterns of 8x8 pixels that repeat.

    Each square of 8x8 pixels is compared with its mean colour, interpolated towards those of the
    squares about it: a slope of the picture is no pattern. What is left is averaged over 4x4
    squares, and subtracted. The mean colour of each square stays.

    Args:
        places: `(B, H, W, by * by * C)`, as `depth_to_space` takes them; H and W divide by
            `PERIOD / by`.
        by: how many times they are enlarged.
    """
    import numpy as np
    from keras import ops

    channels, within = places.shape[-1] // by**2, PERIOD // by
    colours, phases = np.eye(channels), PERIOD**2
    squares = space_to_depth(places, within)
    mean = np.tile(colours / phases, (phases, 1))
    means = ops.matmul(squares, ops.cast(mean, places.dtype))
    smooth = _enlarged_squares(means, PERIOD, by)
    repeated = ops.average_pool(squares - smooth, WINDOW, strides=WINDOW // 2, padding="same")
    deviations = np.eye(phases * channels) - mean @ np.tile(colours, phases)
    repeated = ops.matmul(repeated, ops.cast(deviations, places.dtype))
    repeated = ops.image.resize(repeated, ops.shape(squares)[1:3])
    return places - depth_to_space(repeated, within)


def enlarged_places(picture: Tensor, times: int, by: int) -> Tensor:
    """Enlarge a picture linearly, its pixels laid out as channels.

    Args:
        picture: `(B, H, W, C)`.
        times: how many times, a multiple of `by`.
        by: how many pixels across and down become channels.

    Returns:
        `(B, times / by * H, times / by * W, by * by * C)`, as `depth_to_space` takes them.
    """
    return depth_to_space(_enlarged_squares(picture, times, by), times // by)


def _enlarged_squares(picture: Tensor, times: int, by: int) -> Tensor:
    """`(B, H, W, C)` to `(B, H, W, times * times * C)`: the pixels of each square, by place of
    `by * by` pixels, and then by pixel of the place."""
    import numpy as np
    from keras import ops

    channels, within = picture.shape[-1], times // by
    around = ops.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    # How far a pixel lies from the middle of its square, and what it takes of those beside it.
    off = (np.arange(times) + 0.5) / times - 0.5
    near = np.stack([np.maximum(-off, 0), 1 - np.abs(off), np.maximum(off, 0)])
    near = near.reshape(3, within, by)
    kernel = np.einsum("ymp,xnq,ck->yxcmnpqk", near, near, np.eye(channels))
    kernel = kernel.reshape(3, 3, channels, times * times * channels)
    return ops.conv(around, ops.cast(kernel, picture.dtype), padding="valid")


def transposed(x: keras.KerasTensor, channels: int, by: int, *, kernel: int) -> keras.KerasTensor:
    """Enlarge by a transposed convolution and a ReLU.

    Args:
        x: `(B, H, W, C)`.
        channels: of the result, `(B, by * H, by * W, channels)`.
        by: how many times larger it is.
        kernel: width and height of the kernel.
    """
    from keras import layers

    even = _evens().taps(by)
    layer = layers.Conv2DTranspose(
        channels,
        kernel,
        strides=by,
        padding="same",
        activation="relu",
        kernel_initializer=_evens().drawn(even, "glorot_uniform"),
        kernel_constraint=even,
    )
    return layer(x)


class Evens(NamedTuple):
    """Constraints by where the phases of a kernel lie, each of which takes how many times it
    enlarges; and the initialiser whose draws fulfil a constraint."""

    channels: Any
    taps: Any
    drawn: Any


@cache
def _evens() -> Evens:
    # Made late, because Keras is imported only where there is a network.
    import keras
    import numpy as np
    from keras import ops

    class EvenChannels(keras.constraints.Constraint):  # type: ignore[misc]
        """For kernels `(h, w, in, by * by * out)` and biases `(by * by * out,)`, whose phases are
        what `depth_to_space` lays out."""

        def __init__(self, by: int) -> None:
            self.by = by

        def __call__(self, weights: Any) -> Any:
            given = (1, 1, 1, *weights.shape)[-4:]
            phases = ops.reshape(weights, (-1, given[2], self.by**2, given[3] // self.by**2))
            sums = ops.mean(phases, axis=0, keepdims=True)
            even = phases - sums + ops.mean(sums, axis=2, keepdims=True)
            return ops.reshape(even, weights.shape)

    class EvenTaps(keras.constraints.Constraint):  # type: ignore[misc]
        """For kernels `(h, w, out, in)` of transposed convolutions: every `by`-th tap across and
        down belongs to one phase."""

        def __init__(self, by: int) -> None:
            self.by = by

        def __call__(self, weights: Any) -> Any:
            height, width = weights.shape[:2]
            rows, columns = np.arange(height) % self.by, np.arange(width) % self.by
            phase = (self.by * rows[:, None] + columns).ravel()
            belongs = (phase == np.arange(self.by**2)[:, None]).astype("float32")
            taps = ops.reshape(weights, (height * width, -1))
            sums = ops.matmul(belongs, taps)
            missing = (ops.mean(sums, axis=0, keepdims=True) - sums) / belongs.sum(axis=1)[:, None]
            even = taps + ops.matmul(belongs.T, missing)
            return ops.reshape(even, weights.shape)

    class EvenlyDrawn(keras.initializers.Initializer):  # type: ignore[misc]
        """What another initialiser draws, with even phases."""

        def __init__(self, even: Any, start: Any) -> None:
            self.even = even
            self.start = keras.initializers.get(start)

        def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
            return self.even(self.start(shape, dtype=dtype))

    return Evens(EvenChannels, EvenTaps, EvenlyDrawn)
