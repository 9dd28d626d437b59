"""A network that moves the last frame along its motion and paints what comes into view."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from artengine.api import NetworkState, Param, ReceptiveField, Tensor
from artengine_plugins.models.derastered import Derastered
from artengine_plugins.models.motion import motion, motion_receptive_field
from artengine_plugins.models.subpixel import subpixel, without_raster_field
from artengine_plugins.models.warp import warp

if TYPE_CHECKING:
    import keras


class Flow(Derastered):
    """Moves the last frame along its motion, and paints what comes into view.

    The motion is not learnt: it is estimated in each pair of frames (see `motion`) and persists,
    because each pixel takes its velocity along. From the frames, that motion and its error, a small
    U-Net at a quarter of the size predicts a correction of the motion, how far to trust it, and
    what to paint elsewhere: the deep voxel flow of Liu, Yeh, Tang, Liu and Agarwala ("Video frame
    synthesis using deep voxel flow", 2017), which refines a given motion like the levels of Sun,
    Yang, Liu and Kautz ("PWC-Net: CNNs for optical flow using pyramid, warping, and cost volume",
    2018), with the mask over painted pixels of Finn, Goodfellow and Levine ("Unsupervised learning
    for physical interaction through video prediction", 2016).
    """

    name: ClassVar[str] = "flow"
    size_divisor: ClassVar[int] = 16
    converts: ClassVar[bool | None] = True

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees. The motion is estimated from the last two."""

    width: int = Param(24, ge=4, le=256)
    """Channels at the first level; twice and four times as many at the two below. Doubling it
    takes about four times as long in the network."""

    reach: float = Param(16.0, ge=1, le=128, unit="pixels")
    """Largest motion of a pixel in one frame, across and down."""

    push: float = Param(1.0, ge=-8, le=8, automatable=True)
    """How fast a dream moves, within the limit of `reach`: 1 as seen and learnt, 2 twice as fast, 0
    not at all, -1 backwards."""

    def receptive_field(self) -> int:
        """Combine the fields of the motion estimation, the network and both warps."""
        top = ReceptiveField().conv(4, stride=4)
        motion = None
        if self.context > 1:
            motion = motion_receptive_field(self.reach).look(math.ceil(self.reach / 2) + 1)
            top = top.joined(motion.conv(2, stride=2))
        x = top.conv(3).conv(3, stride=2).conv(3).conv(3, stride=2).conv(3).conv(3)
        for _ in range(2):
            x = x.conv(3).upsample(2).conv(3)
        x = x.conv(3)
        flow = x.upsample(2) if motion is None else x.interpolate(2).joined(motion)
        moved = flow.interpolate(2).joined(ReceptiveField().look(math.ceil(self.reach) + 1))
        painted = without_raster_field(x, 4) if self.deraster else x
        return moved.look(1).joined(painted.upsample(4)).pixels

    def build(self) -> keras.Model:
        """Build the network from float32 `(B, H, W, 3 * context)` to the parts of a frame:

        - flow `(B, H/2, W/2, 2)`: how far a pixel has moved, in pixels across and down;
        - paint `(B, H, W, 3)` in 0..1;
        - trust `(B, H, W, 1)` in 0..1: share of the moved frame; the rest is paint.

        H and W divide by 16. Before training, the network trusts the estimated motion.
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

        slight = keras.initializers.RandomNormal(stddev=0.01)

        def pixels(
            x: keras.KerasTensor, channels: int, name: str, bias: float
        ) -> keras.KerasTensor:
            return subpixel(
                x,
                channels,
                4,
                name=name,
                start=slight,
                bias=bias,
                dtype="float32",
                activation="sigmoid",
                deraster=self.deraster,
            )

        def seen(context_frames: Tensor) -> Tensor:
            return carried_on(context_frames, self.reach)

        def added(parts: list[Tensor]) -> Tensor:
            motion, more = parts
            more = ops.image.resize(more, motion.shape[1:3])
            return motion[..., :2] + more

        w = self.width
        context_frames = keras.Input((None, None, 3 * self.context), name="context_frames")
        top = conv(context_frames, w, kernel=4, stride=4)
        if self.context > 1:
            motion = layers.Lambda(
                seen, output_shape=(None, None, 3), dtype="float32", name="motion"
            )(context_frames)
            top = layers.Concatenate()([top, conv(motion, w, kernel=2, stride=2)])
        top = conv(top, w)
        middle = conv(conv(top, 2 * w, stride=2), 2 * w)
        bottom = conv(conv(conv(middle, 4 * w, stride=2), 4 * w), 4 * w)
        x = up(conv(bottom, 2 * w))
        x = conv(layers.Concatenate()([x, middle]), 2 * w)
        x = up(conv(x, w))
        x = conv(layers.Concatenate()([x, top]), w)

        flow = layers.Conv2D(
            2, 3, padding="same", kernel_initializer=slight, dtype="float32", name="flow"
        )(x)
        if self.context > 1:
            flow = layers.Lambda(added, output_shape=(None, None, 2), dtype="float32")(
                [motion, flow]
            )
        else:
            flow = up(flow)
        paint = pixels(x, 3, "paint", 0.0)
        trust = pixels(x, 1, "trust", 3.0)
        return keras.Model(context_frames, [flow, paint, trust], name=self.name)

    def step(
        self,
        network: keras.Model,
        context_frames: Tensor,
        state: NetworkState,
        seed: Tensor,
        *,
        training: bool = False,
    ) -> tuple[Tensor, NetworkState]:
        """Predict one frame, float32 in 0..1."""
        from keras import ops

        flow, paint, trust = network(context_frames, training=training)
        if not training:
            flow = self.push * flow
        flow = ops.clip(flow, -self.reach, self.reach)
        return put_together(context_frames[..., -3:], flow, paint, trust), state

    def loss(
        self, network: keras.Model, context_frames: Tensor, truth: Tensor, seed: Tensor
    ) -> Tensor:
        """Mean absolute error of a rollout, with terms that keep a dream sharp and moving.

        The terms in addition to the error of the frame are: the error of the paint, because a dream
        comes to rest on paint that is hardly visible in training; the curvature of the flow, so
        that empty areas move with their surroundings; and local amounts of detail and of change
        compared with the truth's, because an average of possible futures has too little of both.
        Each step is trained separately: no gradient flows back through the frames.
        """
        from keras import ops

        total = 0.0
        last_target = context_frames[..., -3:]
        for step in range(truth.shape[1]):
            target, last = truth[:, step], context_frames[..., -3:]
            flow, paint, trust = network(context_frames, training=True)
            flow = ops.clip(flow, -self.reach, self.reach)
            prediction = put_together(last, flow, paint, trust)
            total += difference(prediction, target) + 0.5 * difference(paint, target)
            total += 0.0005 * curvature(flow)
            total += 0.25 * difference(detail(prediction), detail(target))
            total += 0.25 * difference(change(last, prediction), change(last_target, target))
            last_target = target
            context_frames = ops.concatenate(
                [context_frames[..., 3:], ops.stop_gradient(prediction)], axis=-1
            )
        return total / truth.shape[1]


def carried_on(context_frames: Tensor, reach: float) -> Tensor:
    """Return the motion between the last two context frames, moved along itself.

    Returns:
        The motion across and down, and as a third channel the error, from 0, that it leaves in
        explaining the change, `(B, H/2, W/2, 3)`.
    """
    from keras import ops

    found, error = motion(context_frames[..., -3:], context_frames[..., -6:-3], reach)
    arrived, _ = warp(ops.concatenate([found, ops.sqrt(error)], axis=-1), found / 2.0)
    return arrived


def put_together(last: Tensor, flow: Tensor, paint: Tensor, trust: Tensor) -> Tensor:
    """Compose the next frame `(B, H, W, 3)` in 0..1 from the last one and the parts of `build`."""
    from keras import ops

    last = ops.clip(ops.cast(last, "float32"), 0.0, 1.0)
    moved, inside = warp(last, ops.image.resize(flow, last.shape[1:3]), sharp=True)
    return paint + trust * inside * (ops.clip(moved, 0.0, 1.0) - paint)


def difference(a: Tensor, b: Tensor) -> Tensor:
    """Return the mean absolute difference."""
    from keras import ops

    return ops.mean(ops.abs(a - b))


def curvature(flow: Tensor) -> Tensor:
    """Return the mean absolute second difference, which is 0 for a constant or linear flow."""
    from keras import ops

    across, down = ops.diff(flow, 2, axis=2), ops.diff(flow, 2, axis=1)
    return ops.mean(ops.abs(across)) + ops.mean(ops.abs(down))


def detail(frame: Tensor) -> Tensor:
    """Return the mean absolute gradient in each square of 8 pixels, `(B, H/8, W/8, 3)`."""
    from keras import ops

    # There is one gradient less than pixels, so the last squares are a line smaller.
    gradients = (ops.abs(ops.diff(frame, axis=axis)) for axis in (1, 2))
    return sum(ops.average_pool(each, 8, strides=8, padding="same") for each in gradients)


def change(before: Tensor, after: Tensor) -> Tensor:
    """Return the mean absolute change in each square of 8 pixels, `(B, H/8, W/8, 3)`."""
    from keras import ops

    return ops.average_pool(ops.abs(after - before), 8, strides=8)
