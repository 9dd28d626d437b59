"""Models: networks that predict the next frame from the last few."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeAlias

from artengine.frame import Picture
from artengine.params import Param, Plugin

if TYPE_CHECKING:
    import keras

Tensor: TypeAlias = Any
"""A tensor of the Keras backend in use."""

NetworkState: TypeAlias = tuple[Tensor, ...]
"""What a recurrent network carries from frame to frame; empty for one that carries nothing."""


def seeded_uniform(
    shape: tuple[Tensor | int, ...], seed: Tensor, low: float = 0.0, high: float = 1.0
) -> Tensor:
    """Random numbers for a network that samples: a seed gives the same with every backend of Keras
    and in every runtime, where those of `keras.random` differ.

    Args:
        shape: of the tensor.
        seed: int32 `(2,)`, as `Model.step` is given it.
        low, high: where the numbers lie; `high` is not among them.

    Returns:
        float32 of that shape.
    """
    from artengine.nn.chance import uniform

    return uniform(shape, seed, low, high)


class FrameSequence(Protocol):
    """The frames that a network learns from, uint8 `(H, W, 3)`, by number."""

    @property
    def scenes(self) -> Sequence[range]:
        """Numbers of the frames of each scene, in order, as far apart as the network learns them;
        none is held out."""

    def __getitem__(self, number: int) -> Picture:
        """A frame."""


class Model(Plugin):
    """Base of models: a recipe for a Keras network and for one step with it.

    Only `build` must be written. A recurrent model also gives `initial_state` and `step`; one that
    samples draws its numbers in `step` from `seed`; one with a loss of its own gives `loss`; one
    with measures beside PSNR and SSIM gives `measure`; one that keeps parts of its clip beside what
    it learns gives `adapt`; and one that looks at a limited part of the frame gives
    `receptive_field`. A number that does not shape the network may be declared `automatable=True`:
    presets may then give it a curve, and it may be changed during a dream. A parameter that only
    dreams use, and that stays as it is, is declared `shapes_network=False`. All of it is written
    with `keras.ops`, is traced once, and imports Keras inside the methods, so that listing models
    stays quick.
    """

    kind: ClassVar[str] = "model"

    size_divisor: ClassVar[int] = 1
    """Height and width must divide by this; the engine pads and crops back where they do not."""

    sees: ClassVar[Literal["all", "newest"]] = "all"
    """Which context frames `step` looks at. A preset that replaces other frames than the newest by
    truth frames is refused for a network that sees the newest alone."""

    warmup: ClassVar[int] = 0
    """How many truth frames a dream first steps through, their predictions discarded, where the
    preset does not say; for a model that carries a state."""

    has_spatial_state: ClassVar[bool] = True
    """Whether the state of a model that carries one has parts `(B, h, w, C)`, which `[[state]]`
    effects process. A preset that has such effects is refused otherwise."""

    differentiable: ClassVar[bool] = True
    """Whether gradients run back through what `step` predicts. In a network that samples its frames
    they do not, and a preset cannot ask for an adversarial loss with it."""

    monitor: ClassVar[str] = "psnr"
    """The measure of held-out frames that decides which weights are the best: `psnr`, `ssim`, or a
    name that `measure` gives."""

    mode: ClassVar[Literal["max", "min"]] = "max"
    """Whether more of what `monitor` names is better, or less."""

    network_of: ClassVar[str | None] = None
    """The model whose network this one has too, and whose weights it dreams with."""

    initial_weights: ClassVar[str | None] = None
    """Packaged weights that a training begins with, unless its preset says otherwise and where
    they have the shape of the network; None for random ones."""

    crisp_after: ClassVar[int | None] = None
    """Training steps after which dreams of most clips are crisp, by experience, from the initial
    weights on; `artengine train` tells in its first minute whether it will come so far."""

    converts: ClassVar[bool | None] = None
    """Whether runtimes other than Keras can compute the step, with any parameters. None: that is
    tried before the first dream of a network that names no runtime, and remembered. True saves the
    trial; False is for a step that uses a backend's own operations."""

    context: int = Param(5, ge=1, le=32)
    """How many past frames the network sees."""

    @classmethod
    def carries_state(cls) -> bool:
        """Whether the network is recurrent."""
        return cls.initial_state is not Model.initial_state

    def as_trained(self) -> Self:
        """The model as it is trained and measured: with the parameters that only dreams use at
        their defaults."""
        fields = type(self).model_fields
        kept = [
            name for name, info in fields.items() if info.is_required() or name in self.shaping()
        ]
        return type(self)(**{name: getattr(self, name) for name in kept})

    @abstractmethod
    def build(self) -> keras.Model:
        """Build the network: float32 `(B, H, W, 3 * context)`, oldest frame first, nominally 0..1,
        to the prediction `(B, H, W, 3)`, for any H and W that divide by `size_divisor`.

        A model that overrides `step` may build a network of other inputs and outputs.
        """

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """State before the first step.

        Args:
            network: what `build` returned.
            context_frames: of the first step, `(B, H, W, 3 * context)`.
            seed: int32 `(2,)`, that of the first step: another one for each dream's seed.
        """
        return ()

    def receptive_field(self) -> int | None:
        """How far a pixel of a prediction looks for what it is made of, in pixels of the frame.

        Large frames are predicted in overlapping tiles where this is known: where a frame is cut at
        a multiple of `size_divisor`, each part must be predicted as in the whole frame, except for
        so many pixels along the cut, at any value of the automatable parameters. A larger number
        than needed is correct, and costs time. `artengine.api.ReceptiveField` adds it up layer by
        layer.

        Returns:
            The distance, or None where frames must be predicted whole: for a model that carries a
            state, samples, or looks at all of a frame.
        """
        return None

    def training_state(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> NetworkState:
        """State before the first step of a rollout in training. It may hold what a dream must find
        out by itself; `step` then tells by its shape which of the two states it is given.

        Args:
            network: what `build` returned.
            context_frames: `(B, H, W, 3 * context)`.
            truth: the frames that follow, `(B, T, H, W, 3)`.
            seed: int32 `(2,)`, another one each training step.
        """
        return self.initial_state(network, context_frames, seed)

    def adapt(self, network: keras.Model, sequence: FrameSequence) -> None:
        """Set what the network keeps of its clip in weights that are not trained; called once,
        before the first training step, as with Keras's `adapt`."""

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Predict one frame.

        Of an automatable parameter `self` holds the value at this frame: in a dream a scalar
        tensor, float32 or, where it is declared a whole number, int32. In training it is its
        default, a plain number, independent of the preset; and in all other methods of a dream a
        plain number too: where a curve drives it, the curve's first value.

        Args:
            network: what `build` returned.
            context_frames: `(B, H, W, 3 * context)`, oldest frame first; may leave 0..1.
            state: what the last step returned, or `initial_state`.
            seed: int32 `(2,)`, another one each frame; the same where the same film is made again.
            training: whether batch statistics and dropout behave as in training.

        Returns:
            The prediction `(B, H, W, 3)` and the state for the next step, of the same shapes.
        """
        return network(context_frames, training=training), state

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        """A loss of the model's own, a scalar, in place of the one that the preset names, which is
        used where this is not overridden.

        Args:
            network: what `build` returned.
            context_frames: `(B, H, W, 3 * context)`.
            truth: the frames that follow, `(B, T, H, W, 3)`.
            seed: int32 `(2,)`, another one each training step.
        """
        raise NotImplementedError

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        """Measures of the model's own, scalars by name: lower case, words joined by underscores.
        Their means over held-out frames go to the log, the weights' description and the observers,
        beside PSNR and SSIM.

        Args:
            network: what `build` returned.
            context_frames: `(B, H, W, 3 * context)`.
            truth: the frame that follows, `(B, 1, H, W, 3)`.
            seed: int32 `(2,)`, another one for each window.
        """
        return {}
