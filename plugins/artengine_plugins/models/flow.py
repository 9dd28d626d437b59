"""A network that moves the last frame on and paints what comes into view."""

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
    """Carries the last frame on by its motion, and paints what comes into view.

    The motion is not learnt: it is found anew in each pair of frames (see `motion`), and carries
    itself on, for what arrives at a pixel brings its speed along. A small U-Net at a quarter of the
    size is shown the frames, that motion and how well it explains them, and predicts what to add
    to it, whether to trust it, and what to paint where not: the deep voxel flow of Liu, Yeh, Tang,
    Liu and Agarwala ("Video frame synthesis using deep voxel flow", 2017), which begins at a motion
    as the levels of Sun, Yang, Liu and Kautz do ("PWC-Net: CNNs for optical flow using pyramid,
    warping, and cost volume", 2018), with the mask over painted pixels of Finn, Goodfellow and
    Levine ("Unsupervised learning for physical interaction through video prediction", 2016).
    """

    name: ClassVar[str] = "flow"
    size_divisor: ClassVar[int] = 16
    converts: ClassVar[bool | None] = True

    context: int = Param(4, ge=1, le=32)
    """How many past frames the network sees. The motion is found in the last two."""

    width: int = Param(24, ge=4, le=256)
    """Channels at the first level; twice and four times as many at the two below. Doubling it
    costs about four times the network's time."""

    reach: float = Param(16.0, ge=1, le=128, unit="pixels")
    """The farthest that a pixel can come from in one frame, across and down."""

    push: float = Param(1.0, ge=-8, le=8, automatable=True)
    """How fast a dream moves, as far as `reach` lets it: 1 as seen and learnt, 2 twice as fast, 0
    not at all, -1 backwards."""

    def receptive_field(self) -> int:
        """What the search for motion looks at, and the network and both warps beyond that."""
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
        """Float32 `(B, H, W, 3 * context)` to the parts that a frame is put together from:

        - flow `(B, H/2, W/2, 2)`: how far a pixel has come, in pixels across and down;
        - paint `(B, H, W, 3)` in 0..1;
        - trust `(B, H, W, 1)` in 0..1: how much of what moved is kept, and not painted over.

        H and W divide by 16. Before it is trained, it trusts the motion as it is found.
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
        """Mean absolute error of a rollout, and what keeps a dream sharp and moving.

        Beside the error of the frame stand that of the paint, for a dream comes to rest on it
        where little of it shows; the flow's curvature, so that bare ground goes along with what is
        seen to move; and how far the amounts of detail and of change about a place are from the
        truth's, wherever exactly they are: an average of what might come has too little of both.
        Each step learns for itself: no gradient runs back through the frames.
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
    """The motion that the last two context frames show, at the places it leads to.

    Returns:
        The motion across and down, `(B, H/2, W/2, 2)`, and beside it, as a third channel, how much
        of the change it leaves unexplained, from 0.
    """
    from keras import ops

    found, error = motion(context_frames[..., -3:], context_frames[..., -6:-3], reach)
    arrived, _ = warp(ops.concatenate([found, ops.sqrt(error)], axis=-1), found / 2.0)
    return arrived


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


def curvature(flow: Tensor) -> Tensor:
    """Mean absolute second difference; an even flow or one that spreads evenly has none."""
    from keras import ops

    across, down = ops.diff(flow, 2, axis=2), ops.diff(flow, 2, axis=1)
    return ops.mean(ops.abs(across)) + ops.mean(ops.abs(down))


def detail(frame: Tensor) -> Tensor:
    """Mean absolute gradient in each square of 8 pixels, `(B, H/8, W/8, 3)`."""
    from keras import ops

    # There is one gradient less than there are pixels: the last squares are a line smaller.
    gradients = (ops.abs(ops.diff(frame, axis=axis)) for axis in (1, 2))
    return sum(ops.average_pool(each, 8, strides=8, padding="same") for each in gradients)


def change(before: Tensor, after: Tensor) -> Tensor:
    """Mean absolute change in each square of 8 pixels, `(B, H/8, W/8, 3)`."""
    from keras import ops

    return ops.average_pool(ops.abs(after - before), 8, strides=8)
