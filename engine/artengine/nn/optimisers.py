"""The optimiser of a network, and of the discriminator that learns beside it."""

from __future__ import annotations

import keras
from keras import ops


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


def set_learning_rate(optimiser: keras.optimizers.Optimizer, rate: float) -> None:
    """Give all that it holds the same step size."""
    for each in _parts(optimiser):
        each.learning_rate = rate


def learning_rate(optimiser: keras.optimizers.Optimizer) -> float:
    """The step size of now."""
    return float(ops.convert_to_numpy(_parts(optimiser)[0].learning_rate.value))


def _parts(optimiser: keras.optimizers.Optimizer) -> list[keras.optimizers.Optimizer]:
    inner = getattr(optimiser, "inner_optimizer", optimiser)
    return list(getattr(inner, "optimizers", [inner]))
