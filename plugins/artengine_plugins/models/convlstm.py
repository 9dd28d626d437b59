"""A recurrent network, which has a memory of its own instead of seeing past frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from artengine.api import NetworkState, Param, Tensor
from artengine_plugins.models.bounds import bounded
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.subpixel import subpixel

if TYPE_CHECKING:
    import keras


KEPT = 0.9
"""Largest share of the newest frame that a pixel keeps: with all of it a dream could stand
still."""


class Convlstm(Derastered):
    """Remembers instead of looking back: a convolutional LSTM that is shown one frame at a time.

    Convolutional LSTM cells (Shi et al., "Convolutional LSTM network: a machine learning approach
    for precipitation nowcasting", 2015) at a quarter and an eighth of the size, between the stem
    and the depth-to-space of `swift`. Input and forget gate are coupled (Greff et al., "LSTM: a
    search space odyssey", 2017) and there are no peepholes: a cell is a running mean of values
    between -1 and 1, so that it stays in this range however long the dream. The picture is such a
    running mean too: each pixel keeps a share of the newest frame, at most nine tenths, and the
    rest is painted anew. The influence of effects on both is limited.

    The state consists of cell and output of each level, float32 in -1..1: two tensors
    `(B, H / 4, W / 4, width / 2)`, then two of `(B, H / 8, W / 8, 2 * width)`.
    """

    name: ClassVar[str] = "convlstm"
    size_divisor: ClassVar[int] = 8
    converts: ClassVar[bool | None] = True
    sees: ClassVar[Literal["all", "newest"]] = "newest"
    warmup: ClassVar[int] = 8

    context: int = Param(4, ge=1, le=32)
    """How many frames initialise the memory before the first prediction. Each step sees only the
    newest frame."""

    memory: float = Param(1.0, ge=0, le=1, automatable=True)
    """Share of the memory that survives each step; 1 is as trained, 0 forgets at once."""

    width: int = Param(32, ge=4, le=256)
    """Channels at a quarter of the size; twice as many at an eighth. Doubling it takes about four
    times as long."""

    @property
    def _channels(self) -> tuple[int, ...]:
        near, far = self.width // 2, 2 * self.width
        return near, near, far, far

    def build(self) -> keras.Model:
        """Build the network from the newest frame, float32 `(B, H, W, 3)`, and the four parts of
        the state to the prediction `(B, H, W, 3)`, in 0..1 if the frame is, and the next state; H
        and W divide by 8."""
        import keras
        from keras import layers, ops

        def conv(
            x: keras.KerasTensor, filters: int, kernel: int = 3, stride: int = 1
        ) -> keras.KerasTensor:
            return layers.Conv2D(
                filters,
                kernel,
                strides=stride,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
            )(x)

        def cell(
            x: keras.KerasTensor, memory: keras.KerasTensor, output: keras.KerasTensor
        ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
            channels = memory.shape[-1]
            seen = layers.Concatenate()([x, output])
            gates = layers.Conv2D(3 * channels, 3, padding="same")(seen)
            # 16-bit arithmetic would round the small updates of a slow memory to 0.
            forget, new, show = ops.split(ops.cast(gates, "float32"), 3, axis=-1)
            kept = ops.sigmoid(forget + 1.0)
            memory = kept * memory + (1.0 - kept) * ops.tanh(new)
            return memory, ops.sigmoid(show) * memory

        w = self.width
        frame = keras.Input((None, None, 3), name="frame")
        state = [keras.Input((None, None, n), dtype="float32") for n in self._channels]
        near = conv(conv(frame, w, kernel=4, stride=4), w)
        near_memory, near_output = cell(near, *state[:2])
        far = conv(layers.Concatenate()([near, near_output]), 2 * w, stride=2)
        far_memory, far_output = cell(far, *state[2:])

        x = conv(layers.Concatenate()([far, far_output]), w)
        x = layers.UpSampling2D(2)(x)
        x = conv(layers.Concatenate()([x, near, near_output]), w)
        x = subpixel(x, 4, 4, name="pixels", activation="sigmoid", deraster=self.deraster)
        kept = KEPT * x[..., 3:]
        prediction = layers.Add(dtype="float32", name="prediction")(
            [kept * frame, (1.0 - kept) * x[..., :3]]
        )
        return keras.Model(
            [frame, *state],
            [prediction, near_memory, near_output, far_memory, far_output],
            name=self.name,
        )

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """Return the cells after the frames before the newest, oldest first."""
        from keras import ops

        batch, height, width, _ = ops.shape(context_frames)
        state: NetworkState = tuple(
            ops.zeros((batch, height // scale, width // scale, channels))
            for scale, channels in zip((4, 4, 8, 8), self._channels, strict=True)
        )
        for past in range(self.context - 1):
            frame = context_frames[..., 3 * past : 3 * past + 3]
            _, *after = network([frame, *state], training=False)
            state = tuple(after)
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
        """Predict one frame from the newest one, and update the state."""
        newest, state = bounded(context_frames[..., -3:], state)
        kept = [self.memory * part for part in state]
        prediction, *after = network([newest, *kept], training=training)
        return prediction, tuple(after)
