"""Upsampling without checkerboard artifacts: sub-pixel and transposed convolutions.

Upsampling by 4 makes 4x4 pixels of each place, and each of these *phases* has its own kernel.
Kernels learn at different speeds. If their responses to a constant area differ, it gets a raster of
4 pixels, which a dream feeds back and amplifies. So all phases of a kernel are constrained to the
same sum: a constant area then stays constant, whatever was learnt. This is the condition of
Sugawara, Shiota and Kiya ("Super-resolution using convolutional neural networks without any
checkerboard artifacts", 2018), imposed by projecting the weights after each step instead of adding
a layer. The cause is described in Odena, Dumoulin and Olah, "Deconvolution and checkerboard
artifacts" (2016), and Aitken et al., "Checkerboard artifact free sub-pixel convolution" (2017). It
costs nothing in a dream.

Constant areas are not the only case: where a network expects texture but does not know which, the
cheapest answer is one pattern repeated everywhere, like a screen door. `without_raster` removes it.
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
    """Upsample with a convolution to `by * by * channels` channels and depth to space.

    Args:
        x: `(B, H, W, C)`.
        channels: channels of the result, `(B, by * H, by * W, channels)`.
        by: upsampling factor.
        name: name of the convolution.
        kernel: width and height of its kernel.
        start: initialiser of its kernel.
        bias: initial value of its bias.
        dtype: dtype policy of the convolution; by default the global policy.
        activation: activation of the result, in float32.
        deraster: whether to clip the result to 0..1 and to remove periodic patterns. The cleaned
            result may lie slightly outside 0..1.
        onto: a smaller picture with the same number of channels, upsampled linearly and added to
            the result in float32; and its upsampling factor, a multiple of `by`.
        last: name of the last layer, which returns the pixels.
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
        # Add channels: the same at full size takes ten times as long.
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
        # Last: a clip or an activation turns values that overshoot alternately into a pattern.
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
"""Side in pixels of the patterns that `without_raster` detects: those of layers at a quarter and at
an eighth of the size."""

WINDOW = 4
"""Number of squares across and down that are averaged to detect a pattern: what differs between
them averages out, and what repeats is left."""

RASTER_REACH = 4
"""Largest distance that `without_raster` reads beyond a square, in squares of `PERIOD` pixels."""


def without_raster_field(field: ReceptiveField, by: int) -> ReceptiveField:
    """Add the receptive field of `without_raster` to that of a layer."""
    within = PERIOD // by
    return field.conv(within, stride=within).look(RASTER_REACH).upsample(within)


def within(colours: Tensor) -> Tensor:
    """Clip to 0..1, with the gradient of the identity, so that it never vanishes."""
    from keras import ops

    return colours + ops.stop_gradient(ops.clip(colours, 0.0, 1.0) - colours)


def without_raster(places: Tensor, by: int) -> Tensor:
    """Remove repeating patterns of 8x8 pixels.

    The mean colour of each square of 8x8 pixels, interpolated towards those of its neighbours, is
    subtracted, so that gradients of the picture do not count as patterns. The rest is averaged over
    4x4 squares, and this average is subtracted. The mean colour of each square stays.

    Args:
        places: `(B, H, W, by * by * C)`, the input of `depth_to_space`; H and W divide by
            `PERIOD / by`.
        by: factor of the depth to space.
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
    """Upsample a picture linearly, with its pixels laid out as channels.

    Args:
        picture: `(B, H, W, C)`.
        times: upsampling factor, a multiple of `by`.
        by: number of pixels across and down that become channels.

    Returns:
        `(B, times / by * H, times / by * W, by * by * C)`, the input of `depth_to_space`.
    """
    return depth_to_space(_enlarged_squares(picture, times, by), times // by)


def _enlarged_squares(picture: Tensor, times: int, by: int) -> Tensor:
    """Upsample `(B, H, W, C)` to `(B, H, W, times * times * C)`: the pixels of each square, ordered
    by place of `by * by` pixels, then by pixel of the place."""
    import numpy as np
    from keras import ops

    channels, within = picture.shape[-1], times // by
    around = ops.pad(picture, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    # Distance of a pixel from the centre of its square, and the weights of the neighbours.
    off = (np.arange(times) + 0.5) / times - 0.5
    near = np.stack([np.maximum(-off, 0), 1 - np.abs(off), np.maximum(off, 0)])
    near = near.reshape(3, within, by)
    kernel = np.einsum("ymp,xnq,ck->yxcmnpqk", near, near, np.eye(channels))
    kernel = kernel.reshape(3, 3, channels, times * times * channels)
    return ops.conv(around, ops.cast(kernel, picture.dtype), padding="valid")


def transposed(x: keras.KerasTensor, channels: int, by: int, *, kernel: int) -> keras.KerasTensor:
    """Upsample with a transposed convolution and a ReLU.

    Args:
        x: `(B, H, W, C)`.
        channels: channels of the result, `(B, by * H, by * W, channels)`.
        by: upsampling factor.
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
    """Constraints for the two layouts of phases in a kernel, each called with the upsampling
    factor; and an initialiser that fulfils a constraint."""

    channels: Any
    taps: Any
    drawn: Any


@cache
def _evens() -> Evens:
    # Created late, because Keras is imported only if there is a network.
    import keras
    import numpy as np
    from keras import ops

    class EvenChannels(keras.constraints.Constraint):  # type: ignore[misc]
        """For kernels `(h, w, in, by * by * out)` and biases `(by * by * out,)`, with phases in the
        order of `depth_to_space`."""

        def __init__(self, by: int) -> None:
            self.by = by

        def __call__(self, weights: Any) -> Any:
            given = (1, 1, 1, *weights.shape)[-4:]
            phases = ops.reshape(weights, (-1, given[2], self.by**2, given[3] // self.by**2))
            sums = ops.mean(phases, axis=0, keepdims=True)
            even = phases - sums + ops.mean(sums, axis=2, keepdims=True)
            return ops.reshape(even, weights.shape)

    class EvenTaps(keras.constraints.Constraint):  # type: ignore[misc]
        """For kernels `(h, w, out, in)` of transposed convolutions, where every `by`-th tap across
        and down belongs to the same phase."""

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
        """Draws from another initialiser and evens out the phases."""

        def __init__(self, even: Any, start: Any) -> None:
            self.even = even
            self.start = keras.initializers.get(start)

        def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Any:
            return self.even(self.start(shape, dtype=dtype))

    return Evens(EvenChannels, EvenTaps, EvenlyDrawn)
