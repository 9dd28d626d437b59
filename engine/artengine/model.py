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

    Only `build` must be written. A recurrent model also gives `initial_state` and `step`, one
    that samples draws its numbers in `step` from `seed`, one with a loss of its own gives `loss`,
    one that is to be judged by more than PSNR and SSIM `measure`, and one that keeps something of
    its clip beside what it learns `adapt`. A number that does not shape
    the network may be declared `automatable=True`: presets may then give it a curve, and it may be
    changed while the network dreams. All of it is written with `keras.ops`, is traced once, and
    imports Keras inside the methods, so that listing models stays quick.
    """

    kind: ClassVar[str] = "model"

    size_divisor: ClassVar[int] = 1
    """Height and width must divide by this; the engine pads and crops back where they do not."""

    sees: ClassVar[Literal["all", "newest"]] = "all"
    """Which frames of the history `step` looks at. To a network that sees the newest alone, a
    preset that puts others back to the truth is refused."""

    warmup: ClassVar[int] = 0
    """Truth frames that a dream begins by stepping through, their predictions discarded, where
    the preset does not say; of a model that carries a state only."""

    has_spatial_state: ClassVar[bool] = True
    """Whether the state of a model that carries one has parts `(B, h, w, C)` that `[[state]]`
    effects bend. A preset that has such effects is refused otherwise."""

    differentiable: ClassVar[bool] = True
    """Whether a gradient runs back through what `step` predicts. With a network that draws its
    frames a preset cannot ask for an adversarial loss."""

    monitor: ClassVar[str] = "psnr"
    """What tells the best weights on held-out frames: `psnr` or `ssim`, of which more is better, or
    what `measure` calls so, of which less is."""

    context: int = Param(5, ge=1, le=32)
    """How many past frames the network sees."""

    @classmethod
    def carries_state(cls) -> bool:
        """Whether the network is recurrent."""
        return cls.initial_state is not Model.initial_state

    def as_trained(self) -> Self:
        """The model as it is trained and measured: its automatable parameters are at their
        defaults, for what they play with is the dream."""
        fields = type(self).model_fields
        shaping = [
            name
            for name, info in fields.items()
            if info.is_required() or name not in self.automatable()
        ]
        return type(self)(**{name: getattr(self, name) for name in shaping})

    @abstractmethod
    def build(self) -> keras.Model:
        """Build the network: float32 `(B, H, W, 3 * context)`, oldest frame first, nominally 0..1,
        to the prediction `(B, H, W, 3)`, for any H and W that divide by `size_divisor`.

        A model that overrides `step` may build a network of other inputs and outputs.
        """

    def initial_state(self, network: keras.Model, context_frames: Tensor) -> NetworkState:
        """State before the first step, given the first history `(B, H, W, 3 * context)`."""
        return ()

    def training_state(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> NetworkState:
        """State before the first step of a rollout that is learnt from. It may be told what a
        dream must find out by itself, and `step` tell by its shape which of the two it is given.

        Args:
            history: `(B, H, W, 3 * context)`.
            truth: the frames that follow, `(B, T, H, W, 3)`.
            seed: int32 `(2,)`, another one each training step.
        """
        return self.initial_state(network, context_frames)

    def adapt(self, network: keras.Model, sequence: FrameSequence) -> None:
        """Give the network what it keeps of its clip beside what it learns, in weights that are
        not trained; called once, before the first training step."""

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
        default, a plain number, whatever the preset dreams with; and in all other methods of a
        dream a plain number too, of a curve the one it begins with.

        Args:
            network: what `build` returned.
            history: `(B, H, W, 3 * context)`, oldest frame first; may leave 0..1.
            state: what the last step returned, or `initial_state`.
            seed: int32 `(2,)`, another one each frame, the same when the film is made again.
            training: whether batch statistics and dropout behave as in training.

        Returns:
            The prediction `(B, H, W, 3)` and the state for the next step, of the same shapes.
        """
        return network(context_frames, training=training), state

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        """A loss of the model's own, a scalar, in place of the one that the preset names; that one
        counts where this is not written.

        Args:
            history: `(B, H, W, 3 * context)`.
            truth: the frames that follow, `(B, T, H, W, 3)`.
            seed: int32 `(2,)`, another one each training step.
        """
        raise NotImplementedError

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        """What the model measures of itself, scalars by name: lower case, words joined by
        underscores. Training takes their means over held-out frames, for the log, the weights'
        description and the observers, beside PSNR and SSIM.

        Args:
            history: `(B, H, W, 3 * context)`.
            truth: the frame that follows, `(B, 1, H, W, 3)`.
            seed: int32 `(2,)`, another one for each window.
        """
        return {}
