"""An autoregressive network that draws the next frame's pixels one after the other."""

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
    """Draws the next frame pixel by pixel, each given those before: live grain instead of blur.

    A convolutional encoder of the past frames predicts a guess of the next one and features for
    each pixel; a PixelCNN decoder (van den Oord et al., "Conditional image generation with PixelCNN
    decoders", 2016) then samples the pixels from mixtures of logistics (Salimans et al.,
    "PixelCNN++", 2017). Equal seeds give equal frames. Training maximises the likelihood of the
    true frame and logs it as `bits_per_dim`, in bits for each pixel and channel.
    """

    name: ClassVar[str] = "pixelcnn"
    size_divisor: ClassVar[int] = 16
    differentiable: ClassVar[bool] = False
    monitor: ClassVar[str] = "bits_per_dim"
    mode: ClassVar[Literal["max", "min"]] = "min"

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    grouping: Literal["groups", "raster"] = "groups"
    """Which pixels are drawn at once: in "groups", one pixel of each 4x4 block, in sixteen passes,
    which is the faster way; in "raster", every pixel after all those before it in reading order,
    which is for small frames. The two have separate weights."""

    width: int = Param(32, ge=4, le=256)
    """Channels of the encoder's first level; twice and four times as many at the two below."""

    decoder: int = Param(40, ge=4, le=256)
    """Channels of the decoder."""

    mixtures: int = Param(5, ge=1, le=20)
    """Number of logistics in a pixel's mixture."""

    temperature: float = Param(1.0, ge=0, le=4, automatable=True)
    """How random the pixels are: 0 takes the likeliest, which is smooth and soon at rest; 1 is as
    trained; higher values go wild."""

    order: int = Param(0, ge=0, le=ORDERS - 1, automatable=True)
    """Which of eight orders pixels are drawn in: from another corner, or by columns instead of
    rows. The network learns all of them."""

    def build(self) -> keras.Model:
        """Combine the models "encoder" and "decoder" in one network."""
        import keras

        encoder = self._encoder()
        kind = groups if self.grouping == "groups" else raster
        decoder = kind.decoder(_FEATURES, self.decoder, _BLOCKS, logistics.numbers(self.mixtures))
        # The combined model only holds the two: `step` calls each with its own inputs.
        context_frames, *given = (
            keras.Input(tensor.shape[1:]) for tensor in (*encoder.inputs, *decoder.inputs)
        )
        outputs = [*encoder(context_frames), decoder(given)]
        return keras.Model([context_frames, *given], outputs, name=self.name)

    def _encoder(self) -> keras.Model:
        """Build the encoder from context frames, float32 `(B, H, W, 3 * context)`, to the guess
        `(B, H, W, 3)` in 0..1 and features `(B, H, W, 16)`: a U-Net at a quarter of the size, and
        the last frame at full size."""
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
        """Return bits for each pixel and channel plus the error of the guess, over all of `truth`:
        each frame after the first is conditioned on the frames drawn before it.

        Each training step uses one of the orders, and with groups four of the sixteen.
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
        """Return `bits_per_dim`: bits per pixel and channel of the true frame, in the set order."""
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
        """Return mean bits per pixel and channel; with groups, only those of the given ranks."""
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
"""Channels of the encoder's features."""

_BLOCKS = 2
"""Number of gated blocks of the decoder after its first layer."""


def _encoded(network: keras.Model, context_frames: Tensor) -> tuple[Tensor, Tensor]:
    """Return guess and features; frames that a dream feeds back are clipped, as in training."""
    from keras import ops

    guess, features = network.get_layer("encoder")(ops.clip(context_frames, 0.0, 1.0))
    return guess, ops.cast(features, "float32")
