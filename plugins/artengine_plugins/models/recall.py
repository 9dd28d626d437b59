"""A network that remembers its clip in small pictures and paints frames from them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from artengine.api import FrameSequence, NetworkState, Param, Tensor
from artengine_plugins.models.cells import cells, shrink
from artengine_plugins.models.damping import damped
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.jitter import distances, moved, moved_back, moved_cells
from artengine_plugins.models.pixels.chance import uniform
from artengine_plugins.models.remembered import Remembered, memory_layer, remember
from artengine_plugins.models.subpixel import subpixel

if TYPE_CHECKING:
    import keras

DIVIDES = 32
"""Divisor of the height and width of the network's input."""


class Recall(Derastered):
    """Remembers the clip in small pictures, and paints each frame from a hint of what comes.

    A network alone does not know where in the clip it is, and averages what it does not know: its
    dreams come to rest, or crawl away. This one gets a hint. A memory of small pictures, filled in
    training, plays along with the dream: the hint is the newest frame, scaled down and changed as
    the memory changes there: the forecast by analogues of Lorenz ("Atmospheric predictability as
    revealed by naturally occurring analogues", 1969). At the end of a run of pictures, and at
    random, it continues at one that looks alike, as in the video textures of Schödl, Szeliski,
    Salesin and Essa (2000). The network, a U-Net (Ronneberger, Fischer and Brox, 2015), learns to
    paint the next frame at full size from its own last frames and the hint.

    What effects do to the dream persists: `pull` sets how fast the memory takes the dream back, and
    `damping` how fast its finest detail fades.

    The state is the place in the memory, float32 `(B,)`: the number of a picture plus a fraction of
    the way to the next; and the number of frames since the last leap, float32 `(B,)`.
    """

    name: ClassVar[str] = "recall"
    # Cells must not be cut. `step` pads to the network's own divisor, because remembered pictures
    # cover the frame without padding.
    size_divisor: ClassVar[int] = 8
    converts: ClassVar[bool | None] = True
    has_spatial_state: ClassVar[bool] = False
    initial_weights: ClassVar[str | None] = "painter"
    crisp_after: ClassVar[int | None] = 300
    earlier: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {**Derastered.earlier, "elsewhere": 0.0, "cell": 8, "damping": 0.0}
    )

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    width: int = Param(24, ge=4, le=256)
    """Channels at a quarter of the size; twice, three and four times as many below. Doubling it
    takes about four times as long."""

    pictures: int = Param(320, ge=16, le=4096)
    """How many frames the memory holds: all of a short clip, some runs of a longer one."""

    cell: Literal[4, 8] = 8
    """Side in pixels of the square that one colour of a hint represents. 4 is crisper and closer to
    the clip; 8 leaves more to the network."""

    grid: int = Param(32, ge=4, le=64)
    """Height and width of a remembered picture, in colours. For frames of about 256x256, use 32
    with cells of 8 pixels and 64 with cells of 4."""

    jitter: int = Param(0, ge=0, le=32, unit="pixels", shapes_network=False)
    """In each frame the picture is shifted by less than this, down and to the right, and shifted
    back after the network. With 8, an effect that sharpens grows no stripes on the network's grid,
    and the dream is softer; a frame takes about a tenth longer."""

    pull: float = Param(0.25, ge=0, le=1, automatable=True)
    """How fast the memory takes the dream back: 0 leaves the dream to itself, moved as the memory
    moves; at 1 nothing that effects do to its colours and shapes lasts."""

    damping: float = Param(0.5, ge=0, le=1, automatable=True)
    """How fast detail as small as a cell fades if the memory does not have it. At 0 an effect that
    sharpens grows mazes that eat the picture, and textures may turn into checkers; at 1 they fade
    at once."""

    pace: float = Param(1.0, ge=0, le=8, automatable=True)
    """How fast the memory plays: 1 as the clip, 0.5 half as fast, 0 not at all."""

    leaps: float = Param(0.01, ge=0, le=1, automatable=True)
    """Chance in each frame to continue elsewhere in the memory, where it looks alike."""

    elsewhere: float = Param(1.0, ge=0, le=1, automatable=True)
    """How far into the memory a seed may begin: at 0 every seed begins where the memory looks most
    like the clip's first frames; at 1 anywhere. The seed 0 always begins where it looks alike."""

    def build(self) -> keras.Model:
        """Build the network from context frames, float32 `(B, H, W, 3 * context)`, and a hint of
        the next frame, float32 `(B, H / cell, W / cell, 3)`, to the prediction `(B, H, W, 3)`,
        which `step` clips; H and W divide by 32.
        The third input, places `(B,)`, and the second output, the remembered pictures
        `(B, grid, grid, 3)`, belong to the memory layer."""
        import keras
        from keras import layers

        def conv(
            x: keras.KerasTensor, filters: int, kernel: int = 3, stride: int = 1
        ) -> keras.KerasTensor:
            layer = layers.Conv2D(
                filters,
                kernel,
                strides=stride,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
            )
            return layer(x)

        def down(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
            return conv(conv(x, filters, stride=2), filters)

        def up(x: keras.KerasTensor, beside: keras.KerasTensor) -> keras.KerasTensor:
            filters = beside.shape[-1]
            x = layers.UpSampling2D(2)(conv(x, filters))
            return conv(layers.Add()([x, beside]), filters)

        w = self.width
        context_frames = keras.Input((None, None, 3 * self.context), name="context_frames")
        hint = keras.Input((None, None, 3), name="hint")
        place = keras.Input((), name="place")
        remembered = memory_layer(self.pictures, self.grid)(place)

        quarter = conv(context_frames, w, kernel=4, stride=4)
        if self.cell == 4:
            quarter = conv(layers.Concatenate()([quarter, hint]), w)
            eighth = down(quarter, 2 * w)
        else:
            eighth = conv(quarter, 2 * w, stride=2)
            eighth = conv(layers.Concatenate()([eighth, hint]), 2 * w)
        sixteenth = down(eighth, 3 * w)
        x = up(down(sixteenth, 4 * w), sixteenth)
        x = up(x, eighth)
        x = up(x, quarter)
        onto = hint, self.cell
        prediction = subpixel(
            x, 3, 4, name="pixels", deraster=self.deraster, onto=onto, last="prediction"
        )
        return keras.Model([context_frames, hint, place], [prediction, remembered], name=self.name)

    def adapt(self, network: keras.Model, sequence: FrameSequence) -> None:
        """Fill the memory."""
        remember(network.get_layer("memory"), sequence)

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """Return for the seed 0 the place that looks most like the newest frames. Any other seed
        begins elsewhere in the memory, and the dream changes to it as after a leap."""
        from keras import ops

        memory: Remembered = network.get_layer("memory")
        frames = [context_frames[..., 3 * n : 3 * n + 3] for n in range(self.context)]
        before, now = (shrink(frame, self.cell, self.grid) for frame in (frames[:1] + frames)[-2:])
        place = memory.recognise(before, now)
        begins = memory.moved_on(place, spread(seed[0]) * self.elsewhere)
        return begins, ops.where(begins == place, SETTLES, 0.0)

    def training_state(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> NetworkState:
        """Return the truth, `(B, T, H / cell, W / cell, 3)`, in place of a memory."""
        from keras import ops

        hints = ops.stack(
            [cells(truth[:, step], self.cell) for step in range(truth.shape[1])], axis=1
        )
        # Add noise, because a memory differs from what comes, even more so after an effect.
        wrong = HINT_NOISE * (2.0 * uniform(ops.shape(hints), seed) - 1.0)
        return (hints + wrong,)

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Paint the next frame from the memory's hint; in training, from the truth."""
        from keras import ops

        if len(state) == 1:
            (hints,) = state
            rest = ops.concatenate([hints[:, 1:], hints[:, :1]], axis=1)
            return self.painted(network, context_frames, hints[:, 0], training=training), (rest,)
        hint, state = self.hinted(network.get_layer("memory"), context_frames, state, seed)
        if self.jitter > 1:
            painted = self._jittered(network, context_frames, hint, distances(seed, self.jitter))
        else:
            painted = self.painted(network, context_frames, hint, training=training)
        return ops.clip(painted, 0.0, 1.0), state

    def hinted(
        self, memory: Remembered, context_frames: Tensor, state: NetworkState, seed: Tensor
    ) -> tuple[Tensor, NetworkState]:
        """Return the hint of the next frame in a dream, `(B, H / cell, W / cell, 3)`, and the next
        state."""
        from keras import ops

        place, since = state
        now = cells(context_frames, self.cell)
        here, there, place, elsewhere = memory.play(place, self.pace, self.leaps, seed)
        since = ops.where(elsewhere, 1.0, ops.minimum(since + 1.0, SETTLES))
        pull = self.pull * memory.filled() * (since / SETTLES)[:, None, None, None]
        # Resize both at once, as channels.
        played = ops.concatenate([here, there], axis=-1)
        here, there = ops.split(ops.image.resize(played, ops.shape(now)[1:3]), 2, axis=-1)
        # Damp only the difference, so that the memory's own detail stays.
        return there + damped((1.0 - pull) * (now - here), self.damping), (place, since)

    def _jittered(
        self, network: keras.Model, context_frames: Tensor, hint: Tensor, by: Tensor
    ) -> Tensor:
        """Paint a shifted picture and shift it back."""
        _, height, width, _ = context_frames.shape
        high, wide = (
            length + self.jitter + -(length + self.jitter) % DIVIDES for length in (height, width)
        )
        frames = moved(context_frames, by, (high, wide))
        hint = moved_cells(hint, by, (high // self.cell, wide // self.cell), self.cell)
        prediction = self.painted(network, frames, hint, training=False)
        return moved_back(prediction, by, (height, width))

    def painted(
        self, network: keras.Model, context_frames: Tensor, hint: Tensor, *, training: bool
    ) -> Tensor:
        """Paint a frame `(B, H, W, 3)` from a hint; it is not clipped."""
        from keras import ops

        _, height, width, _ = context_frames.shape
        shown = [padded(context_frames, DIVIDES), padded(hint, DIVIDES // self.cell)]
        nowhere = ops.zeros(ops.shape(context_frames)[:1])
        prediction, _ = network([*shown, nowhere], training=training)
        whole = prediction.shape[1:3] == (height, width)
        return prediction if whole else prediction[:, :height, :width]


SETTLES = 8.0
"""Number of frames over which the pull returns after a leap in the memory: the dream changes to the
new place gradually instead of leaping with it."""

HINT_NOISE = 0.03
"""Largest error added to hints in training."""


GOLDEN = -1640531527
"""2**32 divided by the golden ratio, as an int32."""


def spread(number: Tensor) -> Tensor:
    """Map an int32 scalar to a share in 0..1: 0 to 0, and neighbouring numbers far apart, by
    multiples of the golden ratio (Weyl's sequence, as in Knuth's multiplicative hashing)."""
    from keras import ops

    wrapped = ops.cast(ops.cast(number, "int32") * GOLDEN, "float32") / 2.0**32
    return wrapped - ops.floor(wrapped)


def padded(batch: Tensor, size_divisor: int) -> Tensor:
    """Repeat the last row and column of `(B, H, W, C)` until H and W divide by `size_divisor`."""
    from keras import ops

    _, height, width, _ = batch.shape
    down, right = -height % size_divisor, -width % size_divisor
    if not down and not right:
        return batch
    batch = ops.concatenate([batch, ops.repeat(batch[:, -1:], down, axis=1)], axis=1)
    return ops.concatenate([batch, ops.repeat(batch[:, :, -1:], right, axis=2)], axis=2)
