"""The optimisers of a network and of its discriminator."""

from __future__ import annotations

import keras
from keras import ops

from artengine.nn import replicas
from artengine.nn.fused_adam import FusedAdam

DISCRIMINATOR_RATE = 1e-3
"""The discriminator's initial learning rate, independent of the network's: the discriminator has
its own optimiser, for which the network's rate could be far too high."""


def build_optimiser(
    name: str,
    network: keras.Model,
    discriminator: keras.Model | None = None,
    *,
    accumulate: int = 1,
) -> keras.optimizers.Optimizer:
    """Create one optimiser for all trained variables.

    Args:
        name: Keras's name of the network's optimiser.
        network: the network.
        discriminator: trained by its own Adam, with the low momentum that Radford, Metz and
            Chintala advise ("Unsupervised representation learning with deep convolutional
            generative adversarial networks", 2016).
        accumulate: number of steps whose gradients are averaged before each update.
    """
    options = {"gradient_accumulation_steps": accumulate if accumulate > 1 else None}
    adam = FusedAdam if _computes_on_one_tensorflow_device() else keras.optimizers.Adam
    if name == "adam":
        optimiser = adam(**options)
    else:
        optimiser = keras.optimizers.get({"class_name": name, "config": options})
    variables = [*network.trainable_variables]
    if discriminator is not None:
        discriminating = {id(variable) for variable in discriminator.trainable_variables}
        own, second = optimiser, adam(beta_1=0.5, **options)
        optimiser = keras.optimizers.MultiOptimizer(
            lambda variable: second if id(variable) in discriminating else own
        )
        variables += discriminator.trainable_variables
    if keras.config.dtype_policy().name == "mixed_float16":
        # Otherwise small gradients would underflow.
        optimiser = keras.optimizers.LossScaleOptimizer(optimiser)
    optimiser.build(variables)
    return optimiser


def _computes_on_one_tensorflow_device() -> bool:
    return keras.backend.backend() == "tensorflow" and replicas.count() == 1


def set_learning_rate(optimiser: keras.optimizers.Optimizer, rate: float, factor: float) -> None:
    """Set the learning rates.

    Args:
        optimiser: the result of `build_optimiser`.
        rate: the network's initial learning rate.
        factor: both initial rates are multiplied by this.
    """
    own, *others = _parts(optimiser)
    own.learning_rate = rate * factor
    for each in others:
        each.learning_rate = DISCRIMINATOR_RATE * factor


def learning_rate(optimiser: keras.optimizers.Optimizer) -> float:
    """Return the network's current learning rate."""
    return float(ops.convert_to_numpy(_parts(optimiser)[0].learning_rate.value))


def _parts(optimiser: keras.optimizers.Optimizer) -> list[keras.optimizers.Optimizer]:
    inner = getattr(optimiser, "inner_optimizer", optimiser)
    return list(getattr(inner, "optimizers", [inner]))
