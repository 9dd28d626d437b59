"""A small network made for dreaming in real time on a processor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from artengine.api import Model, Param

if TYPE_CHECKING:
    import keras


class Swift(Model):
    """A small U-Net at a quarter of the size: quick enough to play with on a laptop.

    A U-Net (Ronneberger, Fischer and Brox, 2015) of three levels between a 4x4 convolution of
    stride 4, which is space-to-depth followed by a mixing of channels, and a depth-to-space at
    the end (Shi et al., "Real-time single image and video super-resolution using an efficient
    sub-pixel convolutional neural network", 2016). It predicts the frame itself, not a change to
    the last one: networks that learn the change freeze when they dream.
    """

    name: ClassVar[str] = "swift"
    multiple: ClassVar[int] = 16

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    width: int = Param(32, ge=4, le=256)
    """Channels at the first level; twice and four times as many at the two below. Doubling it
    costs about four times the time."""

    def build(self) -> keras.Model:
        """Float32 `(B, H, W, 3 * context)` to `(B, H, W, 3)` in 0..1; H and W divide by 16."""
        import keras
        from keras import layers, ops

        def conv(
            x: keras.KerasTensor, filters: int, kernel: int = 3, stride: int = 1
        ) -> keras.KerasTensor:
            layer = layers.Conv2D(
                filters,
                kernel,
                strides=stride,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
            )
            return layer(x)

        def up(x: keras.KerasTensor) -> keras.KerasTensor:
            return layers.UpSampling2D(2)(x)

        def shuffle(x: keras.KerasTensor) -> keras.KerasTensor:
            """Depth to space by 4, written out because `keras.ops` has no such operation."""
            _, height, width, _ = ops.shape(x)
            x = ops.reshape(x, (-1, height, width, 4, 4, 3))
            x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
            return ops.reshape(x, (-1, height * 4, width * 4, 3))

        w = self.width
        history = keras.Input((None, None, 3 * self.context), name="history")
        top = conv(conv(history, w, kernel=4, stride=4), w)
        middle = conv(conv(top, 2 * w, stride=2), 2 * w)
        bottom = conv(conv(conv(middle, 4 * w, stride=2), 4 * w), 4 * w)

        x = up(conv(bottom, 2 * w))
        x = conv(layers.Concatenate()([x, middle]), 2 * w)
        x = up(conv(x, w))
        x = conv(layers.Concatenate()([x, top]), w)
        x = layers.Conv2D(48, 3, padding="same", name="pixels")(x)
        x = layers.Lambda(shuffle, name="depth_to_space")(x)
        prediction = layers.Activation("sigmoid", dtype="float32", name="prediction")(x)
        return keras.Model(history, prediction, name=self.name)
