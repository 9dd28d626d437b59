"""Construction of the network, its optimiser, and the trainer that wraps both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artengine.model import Model
from artengine.train.task import TrainingTask

if TYPE_CHECKING:
    from artengine.nn.distribution import DistributionStrategy
    from artengine.nn.losses import Loss
    from artengine.nn.rollout_trainer import RolloutTrainer


def build_trainer(task: TrainingTask, strategy: DistributionStrategy) -> RolloutTrainer:
    """Build a compiled trainer whose `network` is the preset's, with new weights.

    Call it after `make_deterministic`: the weights depend on the order in which layers are made.
    """
    with strategy.scope():
        return _build(task)


def _build(task: TrainingTask) -> RolloutTrainer:
    import keras

    from artengine.nn.disturbance import Disturbance
    from artengine.nn.losses.adversarial import build_discriminator
    from artengine.nn.optimisers import build_optimiser
    from artengine.nn.rollout_trainer import RolloutTrainer

    settings, model = task.settings, task.model
    loss, adversarial_weight = _losses(task)
    keras.config.set_dtype_policy(settings.precision)
    try:
        network = model.build()
        discriminator = build_discriminator() if adversarial_weight else None
        optimizer = build_optimiser(
            settings.optimizer, network, discriminator, accumulate=settings.accumulate
        )
    finally:
        keras.config.set_dtype_policy("float32")
    trainer = RolloutTrainer(
        model,
        network,
        disturbance=Disturbance(settings.context_noise, settings.context_contrast),
        loss=loss if type(model).loss is Model.loss else None,
        discriminator=discriminator,
        adversarial_weight=adversarial_weight,
        rollout=settings.rollout,
        seed=task.preset.seed % 2**31,
        on_policy_context=(
            (settings.batch, task.crop[1], task.crop[0], 3 * model.context)
            if settings.max_horizon > 1
            else None
        ),
    )
    # JAX is slow without compilation; with TensorFlow and Torch it gains nothing.
    trainer.compile(optimizer=optimizer, jit_compile=keras.backend.backend() == "jax")
    return trainer


def _losses(task: TrainingTask) -> tuple[Loss, float]:
    """Return the loss of a rollout, and the weight of the adversarial loss."""
    from artengine.nn.losses import of_keras, weighted

    loss = task.settings.loss
    if isinstance(loss, str):
        return of_keras(loss), 0.0
    weights = loss.model_dump()
    adversarial_weight = weights.pop("adversarial")
    return weighted(weights), adversarial_weight
