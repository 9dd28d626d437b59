"""A small network for dreaming in real time on a CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from artengine.api import Param, ReceptiveField
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.subpixel import subpixel, without_raster_field

if TYPE_CHECKING:
    import keras


class Swift(Derastered):
    """A small U-Net at a quarter of the size: quick enough to play with on a laptop.

    A U-Net (Ronneberger, Fischer and Brox, 2015) of four levels between a 4x4 convolution of
    stride 4, which is space-to-depth followed by a mixing of channels, and a depth-to-space at
    the end (Shi et al., "Real-time single image and video super-resolution using an efficient
    sub-pixel convolutional neural network", 2016). Skip connections are added rather than
    concatenated, as in LinkNet (Chaurasia and Culurciello, 2017), which halves the work of the
    next convolution. It predicts the frame itself, not a change to the last one: networks that
    learn the change freeze when they dream.
    """

    name: ClassVar[str] = "swift"
    size_divisor: ClassVar[int] = 32
    converts: ClassVar[bool | None] = True

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    width: int = Param(24, ge=4, le=256)
    """Channels at the first level, a quarter of the frame's size; twice, three and four times as
    many at the three below. Doubling it takes about four times as long."""

    def receptive_field(self) -> int:
        """Return 184 pixels: down to a thirty-second of the size and up again; 216 with
        `deraster`."""
        x = ReceptiveField().conv(4, stride=4)
        for _ in range(3):
            x = x.conv(3, stride=2).conv(3)
        for _ in range(3):
            x = x.conv(3).upsample(2).conv(3)
        x = x.conv(3)
        if self.deraster:
            x = without_raster_field(x, 4)
        return x.upsample(4).pixels

    def build(self) -> keras.Model:
        """Map float32 `(B, H, W, 3 * context)` to `(B, H, W, 3)` in 0..1; H and W divide by 32."""
        import keras
        from keras import layers

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

        def joined(
            x: keras.KerasTensor, skip: keras.KerasTensor, filters: int
        ) -> keras.KerasTensor:
            """Upsample by two and add the skip connection."""
            enlarged = layers.UpSampling2D(2)(conv(x, filters))
            return conv(layers.Add()([enlarged, skip]), filters)

        w = self.width
        context_frames = keras.Input((None, None, 3 * self.context), name="context_frames")
        quarter = conv(context_frames, w, kernel=4, stride=4)
        eighth = conv(conv(quarter, 2 * w, stride=2), 2 * w)
        sixteenth = conv(conv(eighth, 3 * w, stride=2), 3 * w)
        bottom = conv(conv(sixteenth, 4 * w, stride=2), 4 * w)

        x = joined(bottom, sixteenth, 3 * w)
        x = joined(x, eighth, 2 * w)
        x = joined(x, quarter, w)
        prediction = subpixel(
            x,
            3,
            4,
            name="pixels",
            activation="sigmoid",
            deraster=self.deraster,
            last="prediction",
        )
        return keras.Model(context_frames, prediction, name=self.name)
