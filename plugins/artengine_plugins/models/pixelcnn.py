"""A network that draws the next frame's pixels one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from artengine.api import Model, NetworkState, Param, Tensor
from artengine_plugins.models.pixels import groups, logistics, raster
from artengine_plugins.models.pixels.chance import uniform
from artengine_plugins.models.pixels.gated import ORDERS
from artengine_plugins.models.subpixel import subpixel

if TYPE_CHECKING:
    import keras


class PixelCNN(Model):
    """Draws the next frame pixel by pixel, each given those before: grain that lives, not blur.

    A convolutional encoder of the past frames makes a guess of the next one and features for each
    pixel; a PixelCNN decoder (van den Oord et al., "Conditional image generation with PixelCNN
    decoders", 2016) then samples the pixels from mixtures of logistics (Salimans et al.,
    "PixelCNN++", 2017). The same seed samples the same frame. What it learns is how likely the true
    frame is, and training logs that in bits for each pixel and channel, `bits_per_dim`.
    """

    name: ClassVar[str] = "pixelcnn"
    size_divisor: ClassVar[int] = 16
    differentiable: ClassVar[bool] = False
    monitor: ClassVar[str] = "bits_per_dim"
    mode: ClassVar[Literal["max", "min"]] = "min"

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    grouping: Literal["groups", "raster"] = "groups"
    """Which pixels are drawn at once: sixteen groups that interleave, one pixel of each 4x4 block,
    which is the quicker one; or "raster", every pixel after all those before it in reading order,
    which is for small frames. Each learns weights of its own."""

    width: int = Param(32, ge=4, le=256)
    """Channels of the encoder's first level; twice and four times as many at the two below."""

    decoder: int = Param(40, ge=4, le=256)
    """Channels of the decoder."""

    mixtures: int = Param(5, ge=1, le=20)
    """How many logistics a pixel's mixture has."""

    temperature: float = Param(1.0, ge=0, le=4, automatable=True)
    """How freely pixels are drawn: 0 takes the likeliest, smooth and soon at rest; 1 draws as it
    learnt; above that it goes wild."""

    order: int = Param(0, ge=0, le=ORDERS - 1, automatable=True)
    """Which of eight orders pixels are drawn in: another corner to begin at, or columns in place of
    rows. The network learns all of them."""

    def build(self) -> keras.Model:
        """Encoder and decoder, by the names "encoder" and "decoder", in one network."""
        import keras

        encoder = self._encoder()
        kind = groups if self.grouping == "groups" else raster
        decoder = kind.decoder(_FEATURES, self.decoder, _BLOCKS, logistics.numbers(self.mixtures))
        # Their inputs are put in as they come, in `step`; the network only holds them together.
        context_frames, *given = (
            keras.Input(tensor.shape[1:]) for tensor in (*encoder.inputs, *decoder.inputs)
        )
        outputs = [*encoder(context_frames), decoder(given)]
        return keras.Model([context_frames, *given], outputs, name=self.name)

    def _encoder(self) -> keras.Model:
        """Context frames, float32 `(B, H, W, 3 * context)`, to the guess `(B, H, W, 3)` in 0..1 and
        features `(B, H, W, 16)`: a U-Net at a quarter of the size, and the last frame at full
        size."""
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

        def up(x: keras.KerasTensor) -> keras.KerasTensor:
            return layers.UpSampling2D(2)(x)

        w = self.width
        context_frames = keras.Input((None, None, 3 * self.context), name="context_frames")
        top = conv(conv(context_frames, w, kernel=4, stride=4), w)
        middle = conv(conv(top, 2 * w, stride=2), 2 * w)
        bottom = conv(conv(middle, 4 * w, stride=2), 4 * w)
        x = conv(layers.Concatenate()([up(conv(bottom, 2 * w)), middle]), 2 * w)
        x = conv(layers.Concatenate()([up(conv(x, w)), top]), w)
        x = subpixel(x, _FEATURES, 4, kernel=1)
        last = layers.Lambda(lambda past: past[..., -3:])(context_frames)
        x = layers.ReLU()(layers.Add()([x, layers.Conv2D(_FEATURES, 5, padding="same")(last)]))
        features = conv(x, _FEATURES)
        guess = layers.Conv2D(3, 1, activation="sigmoid", dtype="float32", name="guess")(features)
        return keras.Model(context_frames, [guess, features], name="encoder")

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Sample one frame: `(B, H, W, 3)` in 0..1, in steps of 1/255."""
        from keras import ops

        guess, features = _encoded(network, context_frames)
        chance = uniform((*ops.shape(guess)[:-1], self.mixtures + 3), seed)

        def pick(parameters: Tensor, guess: Tensor, chance: Tensor) -> Tensor:
            return logistics.draw(parameters, guess, chance, self.temperature)

        kind = groups if self.grouping == "groups" else raster
        decoder = network.get_layer("decoder")
        return kind.sample(decoder, guess, features, self.order, pick, chance), state

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        """Bits for each pixel and channel, and how far the guess is off, over all of `truth`: each
        frame after the first given those that were drawn before it.

        Each training step takes one of the orders, and in groups four of the sixteen.
        """
        from keras import ops

        chosen = uniform((2,), seed)
        order = ops.cast(chosen[0] * ORDERS, "int32")
        first = ops.cast(chosen[1] * groups.GROUPS, "int32")
        ranks = (first + 4 * ops.arange(4)) % groups.GROUPS
        total = 0.0
        for frame in range(truth.shape[1]):
            wanted = logistics.quantised(truth[:, frame])
            guess, features = _encoded(network, context_frames)
            off = ops.mean(ops.abs(guess - wanted))
            total += self._bits(network, wanted, guess, features, order, ranks) + 10.0 * off
            if frame + 1 < truth.shape[1]:
                drawn, _ = self.step(network, context_frames, (), seed + frame + 1)
                context_frames = ops.concatenate(
                    [context_frames[..., 3:], ops.stop_gradient(drawn)], axis=-1
                )
        return total / truth.shape[1]

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        """`bits_per_dim`: bits for each pixel and channel of the true frame, in the order given."""
        from keras import ops

        wanted = logistics.quantised(truth[:, 0])
        guess, features = _encoded(network, context_frames)
        ranks = ops.arange(groups.GROUPS)
        bits = self._bits(network, wanted, guess, features, self.order, ranks)
        return {"bits_per_dim": bits}

    def _bits(
        self,
        network: keras.Model,
        truth: Tensor,
        guess: Tensor,
        features: Tensor,
        order: Tensor,
        ranks: Tensor,
    ) -> Tensor:
        """Mean bits for each pixel and channel; in groups, of those of the given ranks."""
        import numpy as np
        from keras import ops

        decoder = network.get_layer("decoder")
        if self.grouping == "groups":
            count = ranks.shape[0]
            found = groups.parameters(decoder, truth, guess, features, order, ranks)
            truth, guess = (
                ops.concatenate([groups.at(x, order, ranks[n]) for n in range(count)], axis=0)
                for x in (truth, guess)
            )
        else:
            found = raster.parameters(decoder, truth, guess, features, order)
        nats = logistics.negative_log_likelihood(found, truth, guess)
        return ops.mean(nats) / (3.0 * np.log(2.0))


_FEATURES = 16
"""Channels that the encoder tells the decoder of each pixel."""

_BLOCKS = 2
"""Gated blocks of the decoder after its first layer."""


def _encoded(network: keras.Model, context_frames: Tensor) -> tuple[Tensor, Tensor]:
    """Guess and features; what a dream feeds back is clipped, for nothing else was learnt."""
    from keras import ops

    guess, features = network.get_layer("encoder")(ops.clip(context_frames, 0.0, 1.0))
    return guess, ops.cast(features, "float32")
