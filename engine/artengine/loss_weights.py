"""The loss that a training minimises."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from artengine.settings_table import Settings

KerasLoss = Literal[
    "mean_absolute_error",
    "mean_squared_error",
    "huber",
    "log_cosh",
    "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error",
    "binary_crossentropy",
    "cosine_similarity",
    "mae",
    "mse",
]
"""Keras's losses for pictures, listed here so that a preset is checked without loading Keras. All
of them are finite for predictions outside 0..1."""

Weight = Annotated[float, Field(ge=0, le=1000)]


class LossWeights(Settings):
    """A weighted sum of losses. A loss of weight 0 is left out."""

    l1: Weight = 0.0
    """Mean absolute difference. Sharper than l2."""

    l2: Weight = 0.0
    """Mean squared difference. Blurs what the network is unsure of."""

    ssim: Weight = 0.0
    """1 minus the structural similarity: compares local contrast and structure rather than
    brightness."""

    gradient: Weight = 0.0
    """Difference of the steps between neighbouring pixels. Makes edges as steep as in the clip."""

    detail: Weight = 0.0
    """Difference in the amount of detail, fine and coarse, around each pixel. The exact position of
    the detail is not compared, so that textures stay sharp where it cannot be predicted."""

    change: Weight = 0.0
    """Difference in the amount of motion around each pixel. Its exact position is not compared."""

    raster: Weight = 0.0
    """Strength of a regular grid of 4 pixels that is not in the clip. Prevents the screen-door
    effect; try 4 with an l1 of 1."""

    adversarial: Weight = 0.0
    """Loss from a discriminator, a second network that is trained at the same time to distinguish
    predicted frames from those of the clip. It sees each frame with the one before it. Try 0.01
    with an l1 of 1."""

    @model_validator(mode="after")
    def _weigh_something(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError(
                "all weights are 0; give one of them more: " + ", ".join(type(self).model_fields)
            )
        return self
