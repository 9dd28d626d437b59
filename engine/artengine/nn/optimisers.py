"""The optimiser of a network, and of the discriminator that learns beside it."""

from __future__ import annotations

import keras
from keras import ops

DISCRIMINATOR_RATE = 1e-3
"""The discriminator's step size at the start, whatever that of the network is: it has an optimiser
of its own, for which the network's could be far too long."""


def build_optimiser(
    name: str,
    network: keras.Model,
    discriminator: keras.Model | None = None,
    *,
    accumulate: int = 1,
) -> keras.optimizers.Optimizer:
    """Make one optimiser for all that is trained.

    Args:
        name: Keras's, for the network.
        network: what is trained.
        discriminator: trained by an Adam of its own, slow to remember as Radford, Metz and Chintala
            advise ("Unsupervised representation learning with deep convolutional generative
            adversarial networks", 2016).
        accumulate: steps whose gradients are averaged before anything is learnt from them.
    """
    options = {"gradient_accumulation_steps": accumulate if accumulate > 1 else None}
    optimiser = keras.optimizers.get({"class_name": name, "config": options})
    variables = [*network.trainable_variables]
    if discriminator is not None:
        judges = {id(variable) for variable in discriminator.trainable_variables}
        own, beside = optimiser, keras.optimizers.Adam(beta_1=0.5, **options)
        optimiser = keras.optimizers.MultiOptimizer(
            lambda variable: beside if id(variable) in judges else own
        )
        variables += discriminator.trainable_variables
    if keras.config.dtype_policy().name == "mixed_float16":
        # Small gradients would else be lost.
        optimiser = keras.optimizers.LossScaleOptimizer(optimiser)
    optimiser.build(variables)
    return optimiser


def set_learning_rate(optimiser: keras.optimizers.Optimizer, rate: float, factor: float) -> None:
    """Set the step sizes.

    Args:
        optimiser: what `build_optimiser` made.
        rate: the network's at the start.
        factor: what is left of all step sizes by now.
    """
    own, *beside = _parts(optimiser)
    own.learning_rate = rate * factor
    for each in beside:
        each.learning_rate = DISCRIMINATOR_RATE * factor


def learning_rate(optimiser: keras.optimizers.Optimizer) -> float:
    """The network's step size of now."""
    return float(ops.convert_to_numpy(_parts(optimiser)[0].learning_rate.value))


def _parts(optimiser: keras.optimizers.Optimizer) -> list[keras.optimizers.Optimizer]:
    inner = getattr(optimiser, "inner_optimizer", optimiser)
    return list(getattr(inner, "optimizers", [inner]))
