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
"""The state that a recurrent network carries from frame to frame; empty for other networks."""


def seeded_uniform(
    shape: tuple[Tensor | int, ...], seed: Tensor, low: float = 0.0, high: float = 1.0
) -> Tensor:
    """Return uniform random numbers for a network that samples. For a given seed they are the same
    with every Keras backend and runtime, unlike those of `keras.random`.

    Args:
        shape: shape of the tensor.
        seed: int32 `(2,)`, as passed to `Model.step`.
        low, high: the interval, without `high`.

    Returns:
        float32 of that shape.
    """
    from artengine.nn.chance import uniform

    return uniform(shape, seed, low, high)


class FrameSequence(Protocol):
    """The frames that a network learns from, uint8 `(H, W, 3)`, by number."""

    @property
    def scenes(self) -> Sequence[range]:
        """Numbers of the frames of each scene, in order, with the stride of the training; no
        held-out frames."""

    def __getitem__(self, number: int) -> Picture:
        """Return a frame."""


class Model(Plugin):
    """Base of models: a recipe for a Keras network and for one step with it.

    Only `build` is required. A recurrent model also overrides `initial_state` and `step`; one that
    samples derives its random numbers in `step` from `seed`; one with its own loss overrides
    `loss`; one with metrics besides PSNR and SSIM overrides `measure`; one that stores parts of its
    clip in weights overrides `adapt`; and one with a limited receptive field overrides
    `receptive_field`. A number that does not shape the network may be declared `automatable=True`:
    it may then have a curve and be changed during a dream. A constant parameter that only dreams
    use is declared `shapes_network=False`. Write the methods with `keras.ops`: they are traced
    once. Import Keras inside them, so that listing models stays fast.
    """

    kind: ClassVar[str] = "model"

    size_divisor: ClassVar[int] = 1
    """Height and width must be multiples of this; the engine pads and crops other frames."""

    sees: ClassVar[Literal["all", "newest"]] = "all"
    """Which context frames `step` uses. With "newest", a preset that replaces other frames by truth
    frames is rejected."""

    warmup: ClassVar[int] = 0
    """Default number of truth frames through which a dream steps before the film, discarding the
    predictions; for recurrent models."""

    has_spatial_state: ClassVar[bool] = True
    """Whether the state of a recurrent model has parts `(B, h, w, C)`, which `[[state]]` effects
    process. Otherwise a preset with such effects is rejected."""

    differentiable: ClassVar[bool] = True
    """Whether gradients flow back through the prediction of `step`. They do not if the network
    samples its frames; a preset cannot use an adversarial loss with it."""

    monitor: ClassVar[str] = "psnr"
    """The metric of held-out frames that selects the best weights: `psnr`, `ssim`, or a name that
    `measure` returns."""

    mode: ClassVar[Literal["max", "min"]] = "max"
    """Whether higher or lower values of the `monitor` metric are better."""

    network_of: ClassVar[str | None] = None
    """The model whose network, and whose weights, this model shares."""

    initial_weights: ClassVar[str | None] = None
    """Packaged weights from which training starts, unless the preset overrides them, if their
    shapes match the network's; None for random ones."""

    crisp_after: ClassVar[int | None] = None
    """Empirical number of training steps, from the initial weights, after which dreams of most
    clips are crisp; `artengine train` reports in its first minute whether it will get that far."""

    converts: ClassVar[bool | None] = None
    """Whether runtimes other than Keras can compute the step, with any parameters. None: this is
    tried before the first dream of a preset that names no runtime, and cached. True skips the
    trial; False is for a step that uses operations of one backend."""

    context: int = Param(5, ge=1, le=32)
    """Number of past frames that the network sees."""

    @classmethod
    def carries_state(cls) -> bool:
        """Return whether the network is recurrent."""
        return cls.initial_state is not Model.initial_state

    def as_trained(self) -> Self:
        """Return the model as it is trained and validated: with the default values of the
        parameters that only dreams use."""
        fields = type(self).model_fields
        kept = [
            name for name, info in fields.items() if info.is_required() or name in self.shaping()
        ]
        return type(self)(**{name: getattr(self, name) for name in kept})

    @abstractmethod
    def build(self) -> keras.Model:
        """Build the network. Its input is float32 `(B, H, W, 3 * context)`, oldest frame first,
        nominally 0..1; its output is the prediction `(B, H, W, 3)`, for any H and W that are
        multiples of `size_divisor`.

        A model that overrides `step` may build a network with other inputs and outputs.
        """

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """Return the state before the first step.

        Args:
            network: the network from `build`.
            context_frames: context of the first step, `(B, H, W, 3 * context)`.
            seed: int32 `(2,)`, the seed of the first step; it depends on the dream's seed.
        """
        return ()

    def receptive_field(self) -> int | None:
        """Return the radius of the receptive field of a predicted pixel, in pixels of the frame.

        If it is known, large frames are predicted in overlapping tiles: if a frame is cut at a
        multiple of `size_divisor`, the prediction of each part must equal that of the whole frame,
        except within this distance of the cut, for any values of the automatable parameters. A
        larger number than necessary is correct but slower. `artengine.api.ReceptiveField` computes
        it layer by layer.

        Returns:
            The distance, or None if frames must be predicted whole: for a model that is recurrent,
            samples, or has a global receptive field.
        """
        return None

    def training_state(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> NetworkState:
        """Return the state before the first step of a rollout in training. It may use information
        that a dream does not have; `step` then distinguishes the two states by their shapes.

        Args:
            network: the network from `build`.
            context_frames: `(B, H, W, 3 * context)`.
            truth: the frames that follow, `(B, T, H, W, 3)`.
            seed: int32 `(2,)`, different in each training step.
        """
        return self.initial_state(network, context_frames, seed)

    def adapt(self, network: keras.Model, sequence: FrameSequence) -> None:
        """Set non-trainable weights from the clip, like Keras's `adapt`; called once, before the
        first training step."""

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

        In a dream, `self` holds the current value of an automatable parameter as a scalar tensor:
        int32 if it is declared as int, else float32. In training it is the default value, a plain
        number, independent of the preset. In all other methods of a dream it is a plain number too:
        the curve's first value if it has a curve.

        Args:
            network: the network from `build`.
            context_frames: `(B, H, W, 3 * context)`, oldest frame first; may leave 0..1.
            state: the state from the last step, or from `initial_state`.
            seed: int32 `(2,)`, different in each frame, and reproducible for the same film.
            training: whether batch statistics and dropout behave as in training.

        Returns:
            The prediction `(B, H, W, 3)` and the state for the next step, with the same shapes.
        """
        return network(context_frames, training=training), state

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        """Return the model's own loss, a scalar. If this is not overridden, the loss that the
        preset names is used.

        Args:
            network: the network from `build`.
            context_frames: `(B, H, W, 3 * context)`.
            truth: the frames that follow, `(B, T, H, W, 3)`.
            seed: int32 `(2,)`, different in each training step.
        """
        raise NotImplementedError

    def measure(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Mapping[str, Tensor]:
        """Return additional metrics, scalars by name: lower case, words joined by underscores.
        Their means over held-out frames are added to PSNR and SSIM in the log, in the description
        of the weights and for observers.

        Args:
            network: the network from `build`.
            context_frames: `(B, H, W, 3 * context)`.
            truth: the frame that follows, `(B, 1, H, W, 3)`.
            seed: int32 `(2,)`, different for each window.
        """
        return {}
