"""The `[train]` and `[dream]` tables of a preset."""

from __future__ import annotations

from typing import Annotated, Literal, Self, overload

from pydantic import Field, model_validator

from artengine.frame import Size
from artengine.loss_weights import KerasLoss, LossWeights
from artengine.runtime_names import RuntimeSetting
from artengine.settings_table import Settings

LONGEST = 16384
"""The longest side of a frame, in pixels."""

Side = Annotated[int, Field(ge=1, le=LONGEST)]

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


class TrainSettings(Settings):
    """How a network learns a clip."""

    size: tuple[Side, Side] | Literal["auto"] = "auto"
    """Width and height to which the clip is scaled before training, in pixels. "auto" keeps the
    clip's shape, at about 65,000 pixels: 336x192 for 16:9, 256x256 for a square."""

    crop: tuple[Side, Side] | Literal["whole"] = (128, 128)
    """Width and height of the random crops that the network learns from, in pixels. A side longer
    than the frame's is cut to it. "whole" learns from whole frames."""

    seconds: float = Field(60.0, gt=0, le=86_400, json_schema_extra={"unit": "seconds"})
    """How much of an endless source is used, in seconds. A finite clip is used completely."""

    fps: float | None = Field(None, ge=0.01, le=1000)
    """Frames per second to learn from. Default: the clip's own."""

    stride: int = Field(1, ge=1, le=64)
    """Distance between the frames that the network sees: 2 learns from every second frame, and its
    dreams move twice as fast."""

    flip: bool = True
    """Whether half of the examples are mirrored left to right. Set it to false for clips in which
    left and right differ, such as text or traffic."""

    batch: int = Field(8, ge=1, le=4096)
    """Examples in a batch. Larger batches need more memory and make steadier progress."""

    minutes: float | None = Field(None, gt=0, le=1_000_000, json_schema_extra={"unit": "minutes"})
    """How long to train, in minutes. 10 if neither this nor `steps` is given."""

    steps: int | None = Field(None, ge=1, le=1_000_000_000)
    """How many batches to train on. Overrides `minutes`, including that of an extended preset."""

    epoch: int = Field(100, ge=1, le=1_000_000_000)
    """Batches in an epoch. After each epoch the network is validated, and a picture and a
    checkpoint are saved."""

    checkpoint_every: int = Field(0, ge=0)
    """Number of batches between additional checkpoints, for long epochs. 0 saves one only at the
    end of each epoch."""

    keep_every: int = Field(0, ge=0)
    """Number of epochs between weights that are kept in the run's `kept` folder. 0 keeps only the
    best and the last."""

    loss: KerasLoss | LossWeights = "mean_absolute_error"
    """What the network minimises: the name of a Keras loss, or a table of losses and their
    weights, such as `{ l1 = 1.0, ssim = 0.2 }`. A model with its own loss accepts only
    `adversarial` in that table, which is added to its loss."""

    optimizer: Optimizer = "adam"
    """The Keras optimiser that updates the weights."""

    learning_rate: float = Field(1e-3, gt=0, le=10)
    """The optimiser's initial learning rate. The network of an adversarial loss has its own,
    0.001."""

    schedule: Literal["constant", "cosine"] = "cosine"
    """How the learning rate changes: "constant", or "cosine", which lowers it to a hundredth over
    the training."""

    rollout: int = Field(1, ge=1, le=32)
    """How many frames in a row the network predicts at each training step, each from its own
    predictions and each with its loss. The gradient runs through all of them."""

    max_horizon: int = Field(1, ge=1, le=10_000)
    """How far the network is trained on its own predictions, in frames (on-policy rollouts). Each
    example begins with frames of the clip and continues with predicted ones, up to this many; the
    limit grows over the first half of the training. 1 trains on frames of the clip only. Above 1
    the last epoch's weights are kept as the best ones. Gradients do not flow from step to step: a
    recurrent state that spans more frames than the context is learnt only with `rollout`."""

    context_noise: float = Field(0.0, ge=0, le=1)
    """Standard deviation of the noise that is added to the frames the network sees, so that it
    learns to recover from damaged frames."""

    context_contrast: float = Field(1.0, ge=1, le=8)
    """Largest factor by which the contrast of the detail in the frames that the network sees is
    changed at random: 2 makes it up to twice or half as strong. The network learns to restore it,
    so that textures neither grow nor fade in a dream. 1 changes nothing."""

    validation: float = Field(0.1, gt=0, lt=0.9)
    """Share of the clip, at its end, that is held out for validation."""

    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    """Arithmetic of the training. The mixed ones are faster on hardware that supports them."""

    accumulate: int = Field(1, ge=1, le=1024)
    """How many batches are accumulated before the weights are updated: the effect of a larger batch
    in the memory of a small one."""

    distribute: Literal["none", "mirrored", "workers"] = "none"
    """Where to train: "none", on one device; "mirrored", on all graphics cards of this machine;
    "workers", in the processes that the variable TF_CONFIG names, on one machine or several. Each
    takes its share of a batch."""

    xla: bool = False
    """Whether XLA compiles the training step. It starts later and is faster on many graphics
    cards, rarely on a processor."""

    initial_weights: str = Field("auto", min_length=1, max_length=100)
    """Packaged weights to start from; `auto`: those made for the model, `none`: random ones."""

    quality: int = Field(95, ge=1, le=100)
    """JPEG quality at which the clip's frames are stored for training. 100 stores lossless PNG."""

    @model_validator(mode="after")
    def _share_plainly(self) -> Self:
        for name, chosen in (("accumulate", self.accumulate > 1), ("xla", self.xla)):
            if chosen and self.distribute != "none":
                raise ValueError(f"{name} and distribute do not go together; leave one of them out")
        return self


class DreamSettings(Settings):
    """How a network dreams."""

    frames: int = Field(240, ge=1, le=10_000_000)
    """Length of the film, in frames. "audio" makes it as long as its longest sound file."""

    size: tuple[Side, Side] | None = None
    """Width and height of the film before the output chain, in pixels. Default: the size that the
    network was trained at, times `scale`."""

    scale: float = Field(1.0, gt=0, le=16)
    """Width and height of the film relative to the frames that the network was trained on, unless
    `size` is given."""

    refine: float = Field(1.0, ge=1, le=16)
    """Above 1, a dream smaller by this factor determines the large shapes, and the same network at
    the film's size adds detail to them. For films much larger than the training size, which would
    otherwise be small patterns without large shapes."""

    detail: float = Field(8.0, ge=1, le=256, json_schema_extra={"automatable": True})
    """With `refine`: structures up to this size, in pixels of the small dream, come from the
    network at the film's size. 1 is soft; 8 adds edges and textures; 64 keeps only the layout of
    the small dream."""

    tile: Side | Literal["auto", "whole"] = "auto"
    """How large frames are predicted: "whole"; a side length in pixels, for overlapping squares,
    which take less memory and give the same frame; or "auto", for squares if the network would
    need more than about a gigabyte. Recurrent and sampling models, and those with a global
    receptive field, always predict whole frames."""

    runtime: RuntimeSetting = "default"
    """The library that computes the network. "default" is "openvino", which computes on the
    processor, if it supports the network and Keras has no graphics card to use, else "keras"; the
    environment variable ARTENGINE_RUNTIME overrides it. "onnxruntime" (artengine[onnxruntime]) also
    uses graphics cards that TensorFlow does not. "auto" times the installed ones once for each
    network and size, and chooses the fastest. They round differently, so that films slowly diverge:
    the recipe names the runtime of a film. From the second dream of a network on, "openvino" and
    "onnxruntime" start sooner, because they do not load TensorFlow."""

    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of the network. "bfloat16" is faster on hardware that supports it; it rounds more,
    and makes a different film. "auto" chooses it if the hardware supports it, else "float32", and
    writes its choice into the film's recipe."""

    fps: float | None = Field(None, ge=0.01, le=1000)
    """Frames per second of the film. Default: the clip's own."""

    start: Annotated[float, Field(ge=0, le=1_000_000)] | Literal["random"] = Field(
        0.0, json_schema_extra={"unit": "seconds"}
    )
    """Where in the clip the dream begins, in seconds. "random" depends on the seed; the film's
    recipe has the time that was drawn."""

    warmup: int | None = Field(None, ge=0, le=10_000)
    """How many frames of the clip a recurrent network sees before the film begins. Their
    predictions are not part of the film. Default: the number that the model suggests."""

    truth_frames: int = Field(0, ge=0, le=32, json_schema_extra={"automatable": True})
    """How many frames of the context are replaced by frames of the clip at each step (teacher
    forcing). 0 dreams freely; more stays closer to the clip."""

    truth_slots: Literal["oldest", "newest"] = "oldest"
    """Which frames of the context `truth_frames` replaces: the oldest or the newest."""

    context_order: Literal["oldest-first", "newest-first"] = "oldest-first"
    """The order in which the network sees its context. It was trained oldest first; "newest-first"
    reverses the direction of time that it learnt."""

    show: Literal["prediction", "feedback"] = "prediction"
    """Which frames make the film: the network's predictions, or the results of the feedback
    chain."""

    @overload
    def size_of(self, train_size: Size) -> Size: ...

    @overload
    def size_of(self, train_size: Size | None) -> Size | None: ...

    def size_of(self, train_size: Size | None) -> Size | None:
        """Return the width and height of the film's frames before the output chain, in pixels.

        Args:
            train_size: the size that the network was trained at, if it is known.

        Returns:
            `size`, or else `train_size` times `scale`, or else None: the source's own size is used.
        """
        if self.size is not None or train_size is None:
            return self.size
        width, height = (min(LONGEST, max(1, round(self.scale * side))) for side in train_size)
        return width, height
