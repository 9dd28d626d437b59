"""A neural cellular automaton, which grows each frame out of the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from artengine.api import NetworkState, Param, Tensor
from artengine_plugins.models.bounds import LIGHT, bounded
from artengine_plugins.models.depth_to_space import depth_to_space
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.pixels.chance import uniform
from artengine_plugins.models.subpixel import without_raster

if TYPE_CHECKING:
    import keras

DILATIONS = (1, 3)
"""Dilations of the perception filters, in cells."""

QUIET = 2.0
"""Subtracted from the gate's logit, so that untrained cells change little."""

LEAST = 0.02
"""Smallest share of the way to its target that a cell moves when it changes, so that a dream cannot
stand still and recovers from what effects do to it."""


class Automaton(Derastered):
    """Grows each frame out of the last: a grid of small cells that see only their neighbours.

    A neural cellular automaton (Mordvintsev et al., "Growing neural cellular automata", 2020;
    Niklasson et al., "Self-organising textures", 2021). A cell consists of the colours of a small
    square of pixels and of some hidden channels. It perceives itself and, by Sobel and Laplacian
    filters, its near and its more distant neighbours; from that a network of two layers, shared by
    all cells, predicts a target for the cell and how far to move towards it. In each step a random
    share of the cells is updated. Targets are limited, colours to 0..1 and hidden channels to
    -1..1, and so is the influence of effects, so that a dream cannot run away.

    The state consists of the hidden channels, float32 `(B, H / grid, W / grid, hidden)`.
    """

    name: ClassVar[str] = "automaton"
    size_divisor: ClassVar[int] = 16
    converts: ClassVar[bool | None] = True
    sees: ClassVar[Literal["all", "newest"]] = "newest"
    warmup: ClassVar[int] = 8

    context: int = Param(4, ge=1, le=32)
    """How many frames initialise the hidden channels before the first prediction. Each frame grows
    out of the newest frame only."""

    grid: Literal[1, 2, 4] = 2
    """Side of a cell in pixels: 1 is the finest, and four times slower than 2."""

    steps: int = Param(2, ge=1, le=16)
    """Steps of the automaton in each frame."""

    fire_rate: float = Param(0.5, ge=0, le=1, automatable=True)
    """Share of the cells that change in each step; at 0 the picture stands still."""

    hidden: int = Param(12, ge=1, le=64)
    """Channels of a cell in addition to its colours; they are carried from frame to frame."""

    width: int = Param(48, ge=4, le=512)
    """Channels of the hidden layer of the cells' network."""

    deraster: bool = True
    """Whether to remove periodic patterns from the cells that change. Without it a dream may look
    as if seen through a screen door."""

    border: Literal["reflect", "wrap"] = "reflect"
    """What lies beyond the edge: the picture mirrored, or its opposite side. It applies if the
    film's sides divide by 16; other sizes are padded until they do."""

    def build(self) -> keras.Model:
        """Build one step: cells, float32 `(B, h, w, 3 * grid ** 2 + hidden)`, to their targets and
        to how far to move towards them, 0..1, both of the same shape."""
        import keras
        from keras import layers, ops

        colours = 3 * self.grid**2
        channels = colours + self.hidden
        cells = keras.Input((None, None, channels), name="cells")
        x = _perception(self.width, self.border)(cells)
        x = layers.Conv2D(2 * channels, 1, name="change")(x)
        x = ops.cast(x, "float32")
        becomes = ops.concatenate(
            [ops.sigmoid(x[..., :colours]), ops.tanh(x[..., colours:channels])], axis=-1
        )
        share = LEAST + (1.0 - LEAST) * ops.sigmoid(x[..., channels:] - QUIET)
        return keras.Model(cells, [becomes, share], name=self.name)

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """Return hidden channels after the frames before the newest, oldest first."""
        from keras import ops

        batch, height, width, _ = ops.shape(context_frames)
        state: NetworkState = (
            ops.zeros((batch, height // self.grid, width // self.grid, self.hidden)),
        )
        for past in range(self.context - 1):
            frame = context_frames[..., 3 * past : 3 * past + 3]
            fixed = ops.convert_to_tensor((past, 2**31 - 1), dtype="int32")
            _, state = self.step(network, frame, state, fixed)
        return state

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Grow one frame out of the newest frame and the hidden channels."""
        from keras import ops

        newest, (hidden,) = bounded(context_frames[..., -3:], state)
        cells = ops.concatenate([_to_cells(newest, self.grid), hidden], axis=-1)
        chance = uniform((self.steps, *ops.shape(cells)[:-1], 1), seed)
        for number in range(self.steps):
            becomes, share = network(cells, training=training)
            fires = ops.cast(chance[number] < self.fire_rate, "float32")
            cells = cells + fires * share * (becomes - cells)
        colours = 3 * self.grid**2
        grown = cells[..., :colours]
        if self.deraster:
            changed = ops.cast(ops.min(chance, axis=0) < self.fire_rate, "float32")
            grown = grown + changed * (without_raster(grown, self.grid) - grown)
            grown = ops.clip(grown, *LIGHT)
        return depth_to_space(grown, self.grid), (cells[..., colours:],)


def _perception(width: int, border: str) -> Any:
    """Return the layer from cells to the first `width` channels of their network.

    A cell perceives itself and three filters at each dilation. These filters and the layer above
    them are linear, so they are combined into one convolution for each dilation.
    """
    import keras
    import numpy as np
    from keras import ops

    sobel = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    laplacian = (np.outer([1, 2, 1], [1, 2, 1]) - 16 * np.outer([0, 1, 0], [0, 1, 0])) / 16
    itself = np.outer([0, 1, 0], [0, 1, 0])
    neighbours = [sobel, sobel.T, laplacian]

    class Perception(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: tuple[int, ...]) -> None:
            count = 1 + len(DILATIONS) * len(neighbours)
            spread = (2 / (count * shape[-1])) ** 0.5
            self.kernel = self.add_weight(
                shape=(count, shape[-1], width),
                initializer=keras.initializers.RandomNormal(stddev=spread),
                name="kernel",
            )
            self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")

        def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
            # JAX cannot apply reflect padding to a dimension of unknown size.
            return (*shape[:-1], width)

        def call(self, cells: Tensor) -> Tensor:
            total, first = self.bias, 0
            for dilation in DILATIONS:
                filters = [itself, *neighbours] if first == 0 else neighbours
                last = first + len(filters)
                kernel = ops.einsum(
                    "fyx,fcw->yxcw",
                    ops.cast(np.stack(filters), self.compute_dtype),
                    self.kernel[first:last],
                )
                padded = _pad(cells, dilation, border)
                total = total + ops.conv(padded, kernel, padding="valid", dilation_rate=dilation)
                first = last
            return ops.relu(total)

    return Perception(name="perception")


def _pad(cells: Tensor, by: int, border: str) -> Tensor:
    from keras import ops

    if border == "reflect":
        return ops.pad(cells, ((0, 0), (by, by), (by, by), (0, 0)), mode="reflect")
    cells = ops.concatenate([cells[:, -by:], cells, cells[:, :by]], axis=1)
    return ops.concatenate([cells[:, :, -by:], cells, cells[:, :, :by]], axis=2)


def _to_cells(frame: Tensor, grid: int) -> Tensor:
    """Rearrange `(B, H, W, 3)` to `(B, H / grid, W / grid, 3 * grid ** 2)`; the inverse of
    `depth_to_space`."""
    from keras import ops

    _, height, width, _ = ops.shape(frame)
    x = ops.reshape(frame, (-1, height // grid, grid, width // grid, grid, 3))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height // grid, width // grid, 3 * grid**2))
