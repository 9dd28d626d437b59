"""Optical flow without learning."""

from __future__ import annotations

import math

import numpy as np

from artengine.api import ReceptiveField, Tensor
from artengine_plugins.models.warp import corners, taken

STEPS = (1, 2, 2, 3)
"""Number of corrections at each level, the finest first."""

LEAST_TEXTURE = 3e-5
"""Added to the squared gradients, so that a motion without evidence stays as it is."""

LEAST_ERROR = 1e-4
"""Squared difference between frames below which two motions are equally good."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in Rec. 601."""

SMOOTH = (np.outer([1, 2, 1], [1, 2, 1]) / 16).astype(np.float32)[..., None, None]
"""The kernel of `smooth`, `(3, 3, 1, 1)`."""


def motion(now: Tensor, before: Tensor, reach: float) -> tuple[Tensor, Tensor]:
    """Find where the pixels of a frame were in the frame before.

    The iterative method of Lucas and Kanade ("An iterative image registration technique with an
    application to stereo vision", 1981) around every pixel, from coarse to fine over a pyramid as
    Bouguet describes it ("Pyramidal implementation of the affine Lucas Kanade feature tracker",
    2001). The result of a level is kept only where it explains the frame better than the motion
    that the level started from, and it is spread from places with a small error to neighbours with
    a large one, as Kroeger, Timofte, Dai and Van Gool do ("Fast optical flow using dense inverse
    search", 2016). The sums over neighbourhoods are computed at half of each level's size, which
    takes a quarter of the time and loses nothing.

    Args:
        now, before: frames `(B, H, W, 3)` in 0..1; H and W divide by 16.
        reach: the largest motion, in pixels across and down.

    Returns:
        The motion in pixels of the frame, across and down, `(B, H/2, W/2, 2)`, where
        `now(p) = before(p - motion(p))`, and the mean squared difference in luma around each place
        that remained before the motion was spread, `(B, H/2, W/2, 1)`. Gradients are stopped.
    """
    from keras import ops

    levels = [ops.concatenate([luma(now), luma(before)], axis=-1)]
    for _ in STEPS[1:]:
        levels.append(halved(smooth(levels[-1])))

    # With `zeros_like`, OpenVINO's compiler takes the motion for a constant and cannot resize it.
    found = 0.0 * halved(levels[-1])
    for level in reversed(range(len(STEPS))):
        if level < len(STEPS) - 1:
            sides = [side // 2 for side in levels[level].shape[1:3]]
            found = 2.0 * ops.image.resize(found, sides)
        now, before = ops.split(levels[level], 2, axis=-1)
        found, error = refined(now, before, found, STEPS[level], reach / 2**level)
    return ops.stop_gradient(found), ops.stop_gradient(error)


def refined(
    now: Tensor, before: Tensor, begun: Tensor, steps: int, reach: float
) -> tuple[Tensor, Tensor]:
    """Correct a motion at one level of the pyramid.

    Args:
        now, before: luma `(B, h, w, 1)`.
        begun: the motion `(B, h/2, w/2, 2)` in pixels of this level.
        steps: the number of corrections.
        reach: the largest motion, in pixels of this level.

    Returns:
        The motion, and the mean squared difference around each place before the motion was spread.
    """
    from keras import ops

    slope = gradients(now)
    across, down = ops.split(slope, 2, axis=-1)
    xx, yy, xy = ops.split(surroundings([slope * slope, across * down]), 3, axis=-1)
    xx, yy = xx + LEAST_TEXTURE, yy + LEAST_TEXTURE
    scale = 1.0 / (xx * yy - xy * xy)
    by_across = scale * ops.concatenate([yy, -xy], axis=-1)
    by_down = scale * ops.concatenate([-xy, xx], axis=-1)
    squares = corners(before)

    def left(found: Tensor) -> Tensor:
        """Return the change between the frames that a motion does not explain."""
        moved, _, _ = taken(squares, ops.image.resize(found, now.shape[1:3]))
        return now - moved

    found, error_begun = begun, None
    for _ in range(steps):
        rest = left(found)
        x, y, error = ops.split(surroundings([slope * rest, rest * rest]), 3, axis=-1)
        error_begun = error if error_begun is None else error_begun
        found = ops.clip(found - (by_across * x + by_down * y), -reach, reach)
    error = surroundings([ops.square(left(found))])
    found = ops.where(error_begun < error, begun, found)
    error = ops.minimum(error_begun, error)
    sure = 1.0 / (error + LEAST_ERROR)
    spread = smooth(smooth(ops.concatenate([found * sure, sure], axis=-1)))
    return spread[..., :2] / spread[..., 2:], error


def motion_receptive_field(reach: float) -> ReceptiveField:
    """Return the receptive field of `motion`: all levels of the pyramid and all corrections."""
    levels = [ReceptiveField()]
    for _ in STEPS[1:]:
        levels.append(levels[-1].look(1).conv(2, stride=2))
    found = levels[-1].conv(2, stride=2)
    for level, image in reversed(list(enumerate(levels))):
        if level < len(STEPS) - 1:
            found = found.interpolate(2)
        moved = image.look(math.ceil(reach / 2**level) + 1)
        # Each correction, and finally the error, reads the change that the motion leaves.
        for _ in range(STEPS[level] + 1):
            rest = found.interpolate(2).joined(moved)
            found = rest.conv(2, stride=2).look(2)
        found = found.look(2)
    return found


def luma(frame: Tensor) -> Tensor:
    """Return the luma `(B, H, W, 1)` of a frame `(B, H, W, 3)`, both in 0..1."""
    from keras import ops

    frame = ops.clip(ops.cast(frame, "float32"), 0.0, 1.0)
    return ops.sum(frame * LUMA, axis=-1, keepdims=True)


def surroundings(parts: list[Tensor]) -> Tensor:
    """Return weighted means of `(B, h, w, C)` over about ten pixels, at half the size.

    The result concatenates the channels of the parts.
    """
    from keras import ops

    return smooth(smooth(halved(ops.concatenate(parts, axis=-1))))


def smooth(x: Tensor) -> Tensor:
    """Weigh each pixel 1/2 and its neighbours 1/4 along each axis; the border is repeated."""
    from keras import ops

    x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    return ops.depthwise_conv(x, np.repeat(SMOOTH, x.shape[-1], axis=2))


def halved(x: Tensor) -> Tensor:
    """Return the means of squares of two by two pixels."""
    from keras import ops

    return ops.average_pool(x, 2, strides=2)


def gradients(x: Tensor) -> Tensor:
    """Return the gradient of `(B, H, W, 1)` across and down, per pixel, `(B, H, W, 2)`."""
    from keras import ops

    x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    across = x[:, 1:-1, 2:] - x[:, 1:-1, :-2]
    return 0.5 * ops.concatenate([across, x[:, 2:, 1:-1] - x[:, :-2, 1:-1]], axis=-1)
