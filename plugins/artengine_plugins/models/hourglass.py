"""The network of the original conv-frame-predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from artengine.api import ReceptiveField, Tensor
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.subpixel import transposed, without_raster, without_raster_field

if TYPE_CHECKING:
    import keras


class Hourglass(Derastered):
    """The original's network: wide filters at full size, two poolings, two skips; slow and rich.

    The same layers as in thanlon58/conv-frame-predictor; 372,787 parameters with five context
    frames. An encoder and a decoder joined by skip connections, as in the U-Net of Ronneberger,
    Fischer and Brox ("U-Net: convolutional networks for biomedical image segmentation", 2015).
    """

    name: ClassVar[str] = "hourglass"
    size_divisor: ClassVar[int] = 16
    converts: ClassVar[bool | None] = True

    def receptive_field(self) -> int:
        """Return 57 pixels, through both poolings, which reach farther than the skips; 96 with
        `deraster`."""
        x = ReceptiveField().conv(7).conv(5).conv(3).conv(2, stride=2)
        x = x.conv(7).conv(5).conv(3).conv(2, stride=2)
        x = x.conv(5).conv(3).conv(3).transposed_conv(5, stride=2)
        x = x.conv(3).conv(5).transposed_conv(7, stride=2)
        x = x.conv(3).conv(5).conv(5).conv(7)
        return (without_raster_field(x, 1) if self.deraster else x).pixels

    def build(self) -> keras.Model:
        """Map float32 `(B, H, W, 3 * context)` to `(B, H, W, 3)` in 0..1; H and W divide by 16."""
        import keras
        from keras import layers

        def conv(x: keras.KerasTensor, filters: int, kernel: int) -> keras.KerasTensor:
            return layers.Conv2D(filters, kernel, padding="same", activation="relu")(x)

        def norm(x: keras.KerasTensor) -> keras.KerasTensor:
            return layers.BatchNormalization()(x)

        def up(x: keras.KerasTensor, kernel: int) -> keras.KerasTensor:
            return transposed(x, 32, 2, kernel=kernel)

        context_frames = keras.Input((None, None, 3 * self.context), name="context_frames")
        x = norm(conv(context_frames, 64, 7))
        x = norm(conv(x, 32, 5))
        skip_one = conv(x, 16, 3)
        x = norm(layers.MaxPooling2D()(skip_one))

        x = norm(conv(x, 32, 7))
        x = norm(conv(x, 32, 5))
        skip_two = conv(x, 16, 3)
        x = norm(layers.MaxPooling2D()(skip_two))

        x = norm(conv(x, 32, 5))
        x = norm(conv(x, 32, 3))
        x = conv(x, 16, 1)

        x = norm(conv(x, 32, 3))
        x = norm(up(x, 5))
        x = layers.Concatenate()([x, skip_two])
        x = norm(conv(x, 32, 3))
        x = norm(conv(x, 32, 5))
        x = norm(up(x, 7))
        x = layers.Concatenate()([x, skip_one])
        x = norm(conv(x, 32, 3))
        x = norm(conv(x, 32, 5))
        x = norm(conv(x, 32, 5))
        prediction = layers.Conv2D(
            3, 7, padding="same", activation="sigmoid", dtype="float32", name="prediction"
        )(x)
        if self.deraster:
            # After the sigmoid: before it, a single lamp outweighs everything around it.
            prediction = layers.Lambda(clean, output_shape=(None, None, 3), dtype="float32")(
                prediction
            )
        return keras.Model(context_frames, prediction, name=self.name)


def clean(picture: Tensor) -> Tensor:
    """Remove periodic patterns from `(B, H, W, 3)` in 0..1."""
    from keras import ops

    return ops.clip(without_raster(picture, 1), 0.0, 1.0)
