"""The adversarial loss, with a discriminator that learns to distinguish predictions from truth."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

WIDTH = 32
"""Channels of the discriminator's first layer."""


def build_discriminator() -> keras.Model:
    """Build a small patch discriminator, whose outputs have a receptive field of 38x38 pixels.

    The architecture is that of Isola, Zhu, Zhou and Efros, "Image-to-image translation with
    conditional adversarial networks" (2017), two layers shorter, with group normalisation (Wu and
    He, 2018), which unlike batch normalisation has no state and treats each frame separately.

    The input is float32 `(B, H, W, 6)`, frames in -1..1 and their differences from the previous
    frames; the output is `(B, h, w, 1)`, 1 for frames of the clip and 0 for predictions.
    """
    x = moving = keras.Input((None, None, 6), name="moving")
    for level in range(3):
        x = layers.Conv2D(WIDTH << level, 4, strides=2, padding="same")(x)
        if level:
            x = layers.GroupNormalization(8)(x)
        x = layers.LeakyReLU(0.2)(x)
    # Half precision would be too coarse for the outputs.
    answer = layers.Conv2D(1, 3, padding="same", dtype="float32", name="answer")(x)
    return keras.Model(moving, answer, name="discriminator")


def adversarial(
    discriminator: keras.Model, truth: Any, prediction: Any, last: Any
) -> tuple[Any, Any]:
    """Return the generator loss and the discriminator loss.

    Both are least squares as in Mao et al., "Least squares generative adversarial networks" (2017),
    whose gradients do not vanish when the discriminator is always right. The discriminator sees
    each frame with its change from the previous one in the same sequence, so that motion must look
    right too: truth against truth, prediction against prediction, and the first of both against the
    context's last frame.

    Args:
        discriminator: see `build_discriminator`.
        truth: `(B, T, H, W, 3)`.
        prediction: of the same shape.
        last: the last frame of the context, `(B, H, W, 3)`.

    Returns:
        The generator loss, without gradients for the discriminator, and the discriminator loss,
        without gradients for the network; both scalars.
    """
    real, made = _moving(last, truth), _moving(last, prediction)
    frozen = [
        ops.stop_gradient(ops.convert_to_tensor(v)) for v in discriminator.trainable_variables
    ]
    answer, _ = discriminator.stateless_call(frozen, [], made)
    generator_loss = ops.mean(ops.square(answer - 1.0))
    genuine, forged = discriminator(real), discriminator(ops.stop_gradient(made))
    discriminator_loss = 0.5 * (ops.mean(ops.square(genuine - 1.0)) + ops.mean(ops.square(forged)))
    return generator_loss, discriminator_loss


def _moving(last: Any, frames: Any) -> Any:
    """Join each frame with its change, scaled by 4 because it is small, `(B * T, H, W, 6)`."""
    before = ops.concatenate([last[:, None], frames[:, :-1]], axis=1)
    shown = ops.concatenate([2.0 * frames - 1.0, 4.0 * (frames - before)], axis=-1)
    return ops.reshape(shown, (-1, *frames.shape[2:4], 6))
