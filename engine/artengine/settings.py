"""The `[train]` and `[dream]` tables of a preset."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST = 16384
"""The longest side of a frame, in pixels."""

Side = Annotated[int, Field(ge=1, le=LONGEST)]

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
"""Keras's losses for pictures; named here, so that a preset is checked without loading Keras. What
networks predict may leave 0..1, and all of these are numbers there too."""

Weight = Annotated[float, Field(ge=0, le=1000)]

Optimizer = Literal[
    "adam",
    "adamw",
    "nadam",
    "adamax",
    "adadelta",
    "adafactor",
    "adagrad",
    "ftrl",
    "lion",
    "rmsprop",
    "sgd",
]
"""Keras's optimisers."""


class Settings(BaseModel):
    """Base of a table of settings."""

    model_config = ConfigDict(
        extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False, frozen=True
    )


class LossWeights(Settings):
    """Losses that are added up, each times its weight; those of weight 0 are left out."""

    l1: Weight = 0.0
    """Mean absolute difference: sharper than l2."""

    l2: Weight = 0.0
    """Mean squared difference: smooths what it is not sure of."""

    ssim: Weight = 0.0
    """One less the structural similarity: local contrast and structure, whatever the brightness."""

    gradient: Weight = 0.0
    """How far the steps between neighbouring pixels are off: edges as steep as in truth."""

    detail: Weight = 0.0
    """How far the amount of detail about a place is off, fine and coarse, wherever exactly the
    detail lies."""

    change: Weight = 0.0
    """How far the amount of motion about a place is off, wherever exactly things move."""

    adversarial: Weight = 0.0
    """How surely a second network, which learns beside the first, tells what was predicted from
    the truth. It looks at each frame with the one before it. About 0.01 beside an l1 of 1."""

    @model_validator(mode="after")
    def _weigh_something(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError(
                "all weights are 0; give one of them more: " + ", ".join(type(self).model_fields)
            )
        return self


class TrainSettings(Settings):
    """How a network learns a clip."""

    size: tuple[Side, Side] = (256, 256)
    """Width and height the footage is prepared at, in pixels."""

    crop: tuple[Side, Side] | Literal["whole"] = (128, 128)
    """Width and height of the random crops that are learnt from, in pixels, whole sides where the
    frame is smaller; or "whole" for whole frames."""

    seconds: float = Field(60.0, gt=0)
    """How much of an endless source is prepared, in seconds; a clip that ends is taken whole."""

    fps: float | None = Field(None, gt=0, le=1000)
    """Frames a second the footage is prepared at; the source's own when left out."""

    stride: int = Field(1, ge=1, le=64)
    """Distance between the frames of a window: 2 learns from every other frame, so that dreams
    move twice as fast."""

    flip: bool = True
    """Whether windows are mirrored left to right, half of the time."""

    batch: int = Field(8, ge=1, le=4096)
    """Windows in a batch."""

    minutes: float | None = Field(None, gt=0)
    """How long to train, in minutes; 10 when neither this nor `steps` is given."""

    steps: int | None = Field(None, ge=1)
    """How many batches to train on, in place of a time: `minutes` beside it, as of a preset that is
    extended, do not count."""

    epoch: int = Field(100, ge=1)
    """Batches in an epoch; after each come validation, a monitor picture and a checkpoint."""

    checkpoint_every: int = Field(0, ge=0)
    """Batches after which a checkpoint is written within an epoch too, where epochs are so long
    that they should not be lost; 0 writes one at their ends only."""

    keep_every: int = Field(0, ge=0)
    """Keep the weights of every so many epochs for good, besides the last and the best; 0 keeps
    none."""

    loss: KerasLoss | LossWeights = "mean_absolute_error"
    """A Keras loss by name, or a table of losses and their weights, as `{ l1 = 1.0, ssim = 0.2 }`.
    A model that brings a loss of its own takes `adversarial` alone of the table, and adds it."""

    optimizer: Optimizer = "adam"
    """A Keras optimiser by name."""

    learning_rate: float = Field(1e-3, gt=0, le=10)
    """The optimiser's step size at the start; an adversarial loss has one of its own, of 0.001."""

    schedule: Literal["constant", "cosine"] = "cosine"
    """How the step size goes: the same throughout, or falling to a hundredth along half a cosine
    over the whole training."""

    rollout: int = Field(1, ge=1, le=32)
    """Steps the network predicts in a row from its own predictions, each with its loss."""

    max_horizon: int = Field(1, ge=1, le=10_000)
    """How far the network is taught on from its own predictions, in frames: a row of the batch
    begins with true frames, and then sees what it predicted, for so many frames at most; the
    limit grows over the first half of the training, and the last epoch's weights count as the best.
    1 shows it true frames only. The state of a recurrent network is made anew at each training
    step, from the frames of its context, predicted ones too: what it carries on farther than that
    is learnt by `rollout` alone."""

    context_noise: float = Field(0.0, ge=0, le=1)
    """Deviation of the gaussian noise that is laid over the context, so that the network learns to
    come back from what it has never seen."""

    validation: float = Field(0.1, gt=0, lt=0.9)
    """Share of the footage, at its end, that is held out to measure on."""

    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    """Arithmetic: the mixed ones are faster on hardware that has them."""

    accumulate: int = Field(1, ge=1, le=1024)
    """Batches that the network looks at before it learns from all of them at once: a batch so many
    times as large, in the memory of one."""

    distribute: Literal["none", "mirrored", "workers"] = "none"
    """Who trains: "none", one device; "mirrored", all graphics cards of this machine; "workers",
    the processes that TF_CONFIG names, on one machine or many. Each takes its share of a batch."""

    xla: bool = False
    """Whether XLA compiles the training's step: it begins later, and goes on faster on many
    graphics cards; on a processor it rarely pays."""

    quality: int = Field(95, ge=1, le=100)
    """JPEG quality of the prepared frames; 100 stores them without loss, as PNG."""

    @model_validator(mode="after")
    def _share_plainly(self) -> Self:
        for name, chosen in (("accumulate", self.accumulate > 1), ("xla", self.xla)):
            if chosen and self.distribute != "none":
                raise ValueError(f"{name} and distribute do not go together; leave one of them out")
        return self


class DreamSettings(Settings):
    """How a network dreams."""

    frames: int = Field(240, ge=1)
    """Length of the film, in frames."""

    size: tuple[Side, Side] | None = None
    """Width and height of the dream, in pixels; the training size when left out."""

    refine: float = Field(1.0, ge=1, le=16)
    """How many times smaller than the film the dream is dreamt. Above 1 a dream of that smaller
    size decides what there is to see, and the same network, dreaming beside it at the film's size,
    adds the detail: a large film of the shapes that the network dreams near the size it learnt
    at."""

    detail: float = Field(8.0, ge=1, le=256)
    """With `refine`, how large a thing of the small dream, in its own pixels, is left to the
    network at the film's size: at 1 only what the small dream cannot show, which stays soft; at 8
    edges and textures; at 64 all but the layout."""

    tile: Side | Literal["auto", "whole"] = "auto"
    """How a large frame is predicted: "whole"; in overlapping squares of so many pixels a side,
    which takes less memory and gives the same frame; or "auto", in squares only where the network
    would take more than about a gigabyte. Models that carry a state, draw their frames or look at
    all of a frame at once predict it whole always."""

    runtime: Literal["keras", "openvino"] = "keras"
    """What computes the network: "openvino" is often quicker on a processor, needs
    artengine[openvino], and rounds otherwise, so that its film slowly becomes another."""

    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of the network: "bfloat16" is quicker on hardware that has it and rounds more, so
    that its film is another one; "auto" is that where there is such hardware, else "float32", and
    the film's recipe says which it was."""

    fps: float | None = Field(None, gt=0, le=1000)
    """Frames a second of the film; the source's own when left out."""

    start: float = Field(0.0, ge=0)
    """Where in the source the dream begins, in seconds."""

    warmup: int | None = Field(None, ge=0, le=10_000)
    """Truth frames that a network with a memory is stepped through before the film begins, their
    predictions discarded; as many as its model likes when left out."""

    truth_frames: int = Field(0, ge=0, le=32)
    """Truth frames put back into the context at each step: 0 dreams freely, more stays closer to
    the clip."""

    truth_slots: Literal["oldest", "newest"] = "oldest"
    """Which slots of the context are put back to the truth."""

    context_order: Literal["oldest-first", "newest-first"] = "oldest-first"
    """The order the network is shown its context in. It learnt oldest first; the other way round,
    time runs against what it knows."""

    show: Literal["prediction", "feedback"] = "prediction"
    """What is filmed: the network's prediction, or what is fed back after the effects."""
