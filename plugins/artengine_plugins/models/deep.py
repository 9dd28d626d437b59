"""A deep network of dilated filters and three scales that sees the whole scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from artengine.api import NetworkState, Param, ReceptiveField, Tensor
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.subpixel import subpixel, without_raster_field

if TYPE_CHECKING:
    import keras


KEPT = 0.9
"""Largest share of the newest frame that a pixel keeps: with all of it a dream could stand
still."""


DILATIONS = (1, 2, 4, 8)
"""Dilations of the residual blocks at a quarter of the size."""


class Deep(Derastered):
    """Dilated residual blocks between a finer and two coarser scales: slow, rich, and far-sighted.

    Pre-activation residual blocks (He, Zhang, Ren and Sun, "Identity mappings in deep residual
    networks", 2016) of growing dilation (Yu and Koltun, "Multi-scale context aggregation by dilated
    convolutions", 2016) at a quarter of the size take the context of the whole scene from an eighth
    and a sixteenth of the size; a skip connection carries details at half the size. Each residual
    branch begins at zero (Zhang, Dauphin and Ma, "Fixup initialization", 2019) in place of
    normalisation, whose statistics would be those of the clip and not of the dream. Each pixel
    keeps a share of the newest frame, and the rest is painted anew.
    """

    name: ClassVar[str] = "deep"
    size_divisor: ClassVar[int] = 16
    converts: ClassVar[bool | None] = True

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    width: int = Param(48, ge=8, le=256)
    """Channels at a quarter of the size; half as many at half the size, and twice as many at the
    two coarser scales. Doubling it takes about four times as long."""

    def receptive_field(self) -> int:
        """Trace down to a sixteenth of the size and back through the dilated blocks."""

        def block(x: ReceptiveField, dilation: int) -> ReceptiveField:
            return x.conv(3, dilation=dilation).conv(3)

        x = ReceptiveField().conv(4, stride=2).conv(4, stride=2)
        scene = block(x.conv(2, stride=2), 2)
        x = block(scene.conv(2, stride=2), 2).upsample(2).upsample(2)
        for dilation in DILATIONS:
            x = block(x, dilation)
        x = x.upsample(2).conv(3).conv(3).conv(3)
        if self.deraster:
            x = without_raster_field(x, 2)
        return x.upsample(2).pixels

    def build(self) -> keras.Model:
        """Build the network from float32 `(B, H, W, 3 * context)` to a painted frame in 0..1,
        `(B, H, W, 3)`, and the share of the newest frame to keep in 0..0.9, `(B, H, W, 1)`; H and W
        divide by 16."""
        import keras
        from keras import layers

        def conv(
            x: keras.KerasTensor,
            filters: int,
            kernel: int = 3,
            stride: int = 1,
            dilation: int = 1,
            start: str = "he_normal",
        ) -> keras.KerasTensor:
            layer = layers.Conv2D(
                filters,
                kernel,
                strides=stride,
                dilation_rate=dilation,
                padding="same",
                kernel_initializer=start,
            )
            return layer(x)

        def relu(x: keras.KerasTensor) -> keras.KerasTensor:
            return layers.ReLU()(x)

        def block(x: keras.KerasTensor, dilation: int) -> keras.KerasTensor:
            change = conv(relu(x), x.shape[-1], dilation=dilation)
            return layers.Add()([x, conv(relu(change), x.shape[-1], start="zeros")])

        def up(x: keras.KerasTensor) -> keras.KerasTensor:
            return layers.UpSampling2D(2)(x)

        def pixels(x: keras.KerasTensor, channels: int, name: str) -> keras.KerasTensor:
            return subpixel(x, channels, 2, name=name, activation="sigmoid", deraster=self.deraster)

        w = self.width
        context_frames = keras.Input((None, None, 3 * self.context), name="context_frames")
        details = relu(conv(context_frames, w // 2, kernel=4, stride=2))
        x = conv(details, w, kernel=4, stride=2)

        eighth = block(conv(x, 2 * w, kernel=2, stride=2), 2)
        sixteenth = block(conv(eighth, 2 * w, kernel=2, stride=2), 2)
        scene = layers.Add()([eighth, up(sixteenth)])
        x = layers.Add()([x, up(conv(relu(scene), w, kernel=1))])
        for dilation in DILATIONS:
            x = block(x, dilation)

        x = conv(up(relu(x)), w // 2)
        x = relu(layers.Concatenate()([x, details]))
        x = relu(conv(x, 2 * w // 3))
        imagined = pixels(x, 3, "imagined")
        kept = layers.Rescaling(KEPT, dtype="float32")(pixels(x, 1, "kept"))
        return keras.Model(context_frames, [imagined, kept], name=self.name)

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Predict one frame, float32 in 0..1."""
        from keras import ops

        imagined, kept = network(context_frames, training=training)
        newest = ops.clip(ops.cast(context_frames[..., -3:], "float32"), 0.0, 1.0)
        return imagined + kept * (newest - imagined), state
