"""The adversarial loss: a second network learns to tell predictions from the truth."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

WIDTH = 32
"""Channels of the discriminator's first layer."""


def build_discriminator() -> keras.Model:
    """A small patch discriminator: each of its answers is about a patch of 38 pixels a side.

    That of Isola, Zhu, Zhou and Efros, "Image-to-image translation with conditional adversarial
    networks" (2017), two layers shorter, with group normalisation (Wu and He, 2018), which unlike
    batch normalisation remembers nothing and sees each frame by itself.

    Float32 `(B, H, W, 6)`, frames in -1..1 and how they differ from those before them, to answers
    `(B, h, w, 1)`: 1 where they look like the clip's, 0 where they look made.
    """
    x = moving = keras.Input((None, None, 6), name="moving")
    for level in range(3):
        x = layers.Conv2D(WIDTH << level, 4, strides=2, padding="same")(x)
        if level:
            x = layers.GroupNormalization(8)(x)
        x = layers.LeakyReLU(0.2)(x)
    # Half precision would blur the answers.
    answer = layers.Conv2D(1, 3, padding="same", dtype="float32", name="answer")(x)
    return keras.Model(moving, answer, name="discriminator")


def adversarial(
    discriminator: keras.Model, truth: Any, prediction: Any, last: Any
) -> tuple[Any, Any]:
    """The generator loss and the discriminator loss.

    Least squares as in Mao et al., "Least squares generative adversarial networks" (2017), which
    keep gradients where the discriminator is always right. Each frame is shown with its change
    from the one before it in its own row, so that motion must look right too: the truth's from the
    truth's, the prediction's from the prediction's, the first of both from the last one of the
    context.

    Args:
        discriminator: see `build_discriminator`.
        truth: `(B, T, H, W, 3)`.
        prediction: of the same shape.
        last: the frame before their first, `(B, H, W, 3)`.

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
    """Each frame with its change, which is small, made four times as strong, `(B * T, H, W, 6)`."""
    before = ops.concatenate([last[:, None], frames[:, :-1]], axis=1)
    shown = ops.concatenate([2.0 * frames - 1.0, 4.0 * (frames - before)], axis=-1)
    return ops.reshape(shown, (-1, *frames.shape[2:4], 6))
