"""A network that moves the last frame on and paints what comes into view."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from artengine.api import Model, NetworkState, Param, Tensor

if TYPE_CHECKING:
    import keras


class Flow(Model):
    """Moves the last frame along a flow it predicts, and paints what comes into view.

    A small U-Net at a quarter of the size predicts for each pixel where it comes from, whether to
    trust that, and what to paint where not: the deep voxel flow of Liu, Yeh, Tang, Liu and
    Agarwala ("Video frame synthesis using deep voxel flow", 2017), with the mask over painted
    pixels of Finn, Goodfellow and Levine ("Unsupervised learning for physical interaction through
    video prediction", 2016). The flow is predicted whole, not as a change, so it does not die out.
    """

    name: ClassVar[str] = "flow"
    multiple: ClassVar[int] = 16

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees."""

    width: int = Param(24, ge=4, le=256)
    """Channels at the first level; twice and four times as many at the two below. Doubling it
    costs about four times the time."""

    reach: float = Param(16.0, ge=1, le=128, unit="pixels")
    """The farthest that a pixel can come from in one frame, across and down."""

    push: float = Param(1.0, ge=-8, le=8, automatable=True)
    """How fast a dream moves, as far as `reach` lets it: 1 as learnt, 2 twice as fast, 0 not at
    all, -1 backwards."""

    def build(self) -> keras.Model:
        """Float32 `(B, H, W, 3 * context)` to the parts that a frame is put together from:

        - flow `(B, H/4, W/4, 2)`: how far a pixel has come, in pixels across and down;
        - paint `(B, H, W, 3)` in 0..1;
        - trust `(B, H, W, 1)` in 0..1: how much of what moved is kept, and not painted over.

        H and W divide by 16.
        """
        import keras
        from keras import layers, ops

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

        def up(x: keras.KerasTensor) -> keras.KerasTensor:
            return layers.UpSampling2D(2)(x)

        def head(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
            return layers.Conv2D(filters, 3, padding="same", dtype="float32", name=name)(x)

        def bounded(x: keras.KerasTensor) -> keras.KerasTensor:
            return self.reach * ops.tanh(x / self.reach)

        w = self.width
        history = keras.Input((None, None, 3 * self.context), name="history")
        top = conv(history, w, kernel=4, stride=4)
        if self.context > 1:
            matched = layers.Lambda(matches, dtype="float32")(history)
            top = layers.Concatenate()([top, matched])
        top = conv(top, w)
        middle = conv(conv(top, 2 * w, stride=2), 2 * w)
        bottom = conv(conv(conv(middle, 4 * w, stride=2), 4 * w), 4 * w)
        x = up(conv(bottom, 2 * w))
        x = conv(layers.Concatenate()([x, middle]), 2 * w)
        x = up(conv(x, w))
        x = conv(layers.Concatenate()([x, top]), w)

        flow = layers.Lambda(bounded, dtype="float32")(head(x, 2, "flow"))
        paint = layers.Activation("sigmoid", dtype="float32")(head(x, 48, "paint"))
        trust = layers.Activation("sigmoid", dtype="float32")(head(x, 16, "trust"))
        paint = layers.Lambda(depth_to_space, dtype="float32")(paint)
        trust = layers.Lambda(depth_to_space, dtype="float32")(trust)
        return keras.Model(history, [flow, paint, trust], name=self.name)

    def step(
        self,
        network: keras.Model,
        history: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Predict one frame, float32 in 0..1."""
        from keras import ops

        flow, paint, trust = network(history, training=training)
        if not training:
            flow = ops.clip(self.push * flow, -self.reach, self.reach)
        return put_together(history[..., -3:], flow, paint, trust), state

    def loss(self, network: keras.Model, history: Tensor, truth: Tensor, seed: Tensor) -> Tensor:
        """Mean absolute error of a rollout, and what keeps a dream sharp and moving.

        Beside the error of the frame stand that of the paint, for a dream comes to rest on it
        where little of it shows; the share of the change that the flow alone leaves unexplained,
        at scales where it finds motions farther than a pixel; the flow's curvature, so that bare
        ground goes along with what is seen to move; and how far the amounts of detail and of
        change about a place are from the truth's, wherever exactly they are: an average of what
        might come has too little of both. Each step learns for itself: no gradient runs back
        through the frames.
        """
        from keras import ops

        total = 0.0
        last_target = history[..., -3:]
        for step in range(truth.shape[1]):
            target, last = truth[:, step], history[..., -3:]
            flow, paint, trust = network(history, training=True)
            prediction = put_together(last, flow, paint, trust)
            total += difference(prediction, target) + 0.5 * difference(paint, target)
            total += 0.05 * unexplained(last, flow, target) + 0.005 * curvature(flow)
            total += 0.5 * difference(detail(prediction), detail(target))
            total += 0.5 * difference(change(last, prediction), change(last_target, target))
            last_target = target
            history = ops.concatenate([history[..., 3:], ops.stop_gradient(prediction)], axis=-1)
        return total / truth.shape[1]


def put_together(last: Tensor, flow: Tensor, paint: Tensor, trust: Tensor) -> Tensor:
    """The next frame `(B, H, W, 3)` in 0..1 from the last one and the parts that `build` names."""
    from keras import ops

    last = ops.clip(ops.cast(last, "float32"), 0.0, 1.0)
    moved, inside = warp(last, ops.image.resize(flow, last.shape[1:3]), sharp=True)
    return paint + trust * inside * (ops.clip(moved, 0.0, 1.0) - paint)


def difference(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference."""
    from keras import ops

    return ops.mean(ops.abs(a - b))


def unexplained(last: Tensor, flow: Tensor, target: Tensor) -> Tensor:
    """What a flow at a quarter of the size leaves of the change between two frames: the shares of
    it at a quarter, an eighth and a sixteenth of the size, added up."""
    from keras import ops

    total = 0.0
    for scale in (4, 8, 16):
        before, after = ops.average_pool(last, scale), ops.average_pool(target, scale)
        moved, inside = warp(before, ops.average_pool(flow, scale // 4) / scale)
        left = ops.mean(inside * ops.abs(moved - after))
        total += left / (difference(before, after) + LEAST_CHANGE)
    return total


SEARCH = 3
"""How far `matches` looks to each side, in quarters of the size: twelve pixels."""


def matches(history: Tensor) -> Tensor:
    """How well places of the newest frame match those about them in the one before.

    The correlation of Dosovitskiy et al. ("FlowNet: learning optical flow with convolutional
    networks", 2015) as absolute differences, which do not depend on how bright a place is. Without
    it a network needs a long training before it sees motion at all.

    Returns:
        For each of 49 displacements, as channels, the difference about a place over the mean of
        all of them, `(B, H/4, W/4, 49)`: 0 where they match.
    """
    from keras import ops

    history = ops.cast(history, "float32")
    newest = ops.average_pool(history[..., -3:], 4)
    before = ops.average_pool(history[..., -6:-3], 4)
    height, width = ops.shape(newest)[1:3]
    room = 2 * SEARCH + 1
    sides = (SEARCH, SEARCH)
    before = ops.pad(before, ((0, 0), sides, sides, (0, 0)))
    found = [
        ops.mean(
            ops.abs(newest - before[:, down : down + height, across : across + width]), axis=-1
        )
        for down in range(room)
        for across in range(room)
    ]
    costs = ops.average_pool(ops.stack(found, axis=-1), 3, strides=1, padding="same")
    return costs / (ops.mean(costs, axis=-1, keepdims=True) + LEAST_CHANGE)


LEAST_CHANGE = 0.002
"""Keeps the noise of a scene at rest from counting as motion."""


def curvature(flow: Tensor) -> Tensor:
    """Mean absolute second difference; an even flow or one that spreads evenly has none."""
    from keras import ops

    across, down = ops.diff(flow, 2, axis=2), ops.diff(flow, 2, axis=1)
    return ops.mean(ops.abs(across)) + ops.mean(ops.abs(down))


def detail(frame: Tensor) -> Tensor:
    """Mean absolute gradient in each square of 8 pixels, `(B, H/8, W/8, 3)`."""
    from keras import ops

    across = ops.abs(ops.diff(frame, axis=2))[:, :-1]
    down = ops.abs(ops.diff(frame, axis=1))[:, :, :-1]
    return ops.average_pool(across + down, 8)


def change(before: Tensor, after: Tensor) -> Tensor:
    """Mean absolute change in each square of 8 pixels, `(B, H/8, W/8, 3)`."""
    from keras import ops

    return ops.average_pool(ops.abs(after - before), 8)


def warp(image: Tensor, flow: Tensor, sharp: bool = False) -> tuple[Tensor, Tensor]:
    """Take each pixel from where the flow says it comes from.

    Args:
        image: float32 `(B, H, W, C)`.
        flow: float32 `(B, H, W, 2)`: how far the pixel has come, in pixels, across and down.
        sharp: interpolate between pixels as cubic convolution does (Keys, 1981), which a picture
            outlives hundreds of times; else linearly.

    Returns:
        The image moved, `(B, H, W, C)`, its border going on outside, and 1 where the pixel nearest
        to where it comes from is in the image, else 0, `(B, H, W, 1)`.
    """
    from keras import ops

    height, width, channels = image.shape[1:]
    row = ops.reshape(ops.arange(height, dtype="int32"), (1, height, 1))
    column = ops.reshape(ops.arange(width, dtype="int32"), (1, 1, width))
    # Whole pixels and the rest are told apart before the place comes in, so that a pixel is the
    # same wherever in a large frame it lies.
    up, back = ops.floor(-flow[..., 1]), ops.floor(-flow[..., 0])
    down, right = -flow[..., 1:] - up[..., None], -flow[..., :1] - back[..., None]
    top, left = row + ops.cast(up, "int32"), column + ops.cast(back, "int32")
    nearest_row = top + ops.cast(down[..., 0] >= 0.5, "int32")
    nearest_column = left + ops.cast(right[..., 0] >= 0.5, "int32")
    inside = (nearest_row >= 0) & (nearest_row < height)
    inside &= (nearest_column >= 0) & (nearest_column < width)

    batch = ops.shape(image)[0]
    first = ops.reshape(ops.arange(batch, dtype="int32") * (height * width), (-1, 1, 1))
    pixels = ops.reshape(image, (-1, channels))

    top, bottom = (ops.clip(top + n, 0, height - 1) * width + first for n in (0, 1))
    left, far = (ops.clip(left + n, 0, width - 1) for n in (0, 1))

    def at(index: Tensor) -> Tensor:
        return ops.take(pixels, index, axis=0)

    # Four gathers of rows: `ops.image.map_coordinates` takes half as long again.
    upper, lower = at(top + left), at(bottom + left)
    upper = upper + right * (at(top + far) - upper)
    lower = lower + right * (at(bottom + far) - lower)
    moved = upper + down * (lower - upper)
    if sharp:
        # Cubic convolution at t between two pixels is the linear one less t (1 - t) / 2 of the
        # second difference. Taken after the move it is exact where the flow is even, and spares
        # twelve gathers.
        moved = moved - right * (1.0 - right) / 2.0 * second_difference(moved, axis=2)
        moved = moved - down * (1.0 - down) / 2.0 * second_difference(moved, axis=1)
    return moved, ops.cast(inside, "float32")[..., None]


def second_difference(image: Tensor, axis: int) -> Tensor:
    """Of an image `(B, H, W, C)` along a side, of the same shape; 0 at the border."""
    from keras import ops

    padding = [(1, 1) if side == axis else (0, 0) for side in range(4)]
    return ops.pad(ops.diff(image, 2, axis=axis), padding)


def depth_to_space(x: Tensor) -> Tensor:
    """`(B, H, W, 16 * C)` to `(B, 4 * H, 4 * W, C)`; `keras.ops` has no such operation."""
    from keras import ops

    _, height, width, channels = ops.shape(x)
    channels //= 16
    x = ops.reshape(x, (-1, height, width, 4, 4, channels))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height * 4, width * 4, channels))
