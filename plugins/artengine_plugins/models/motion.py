"""How far each pixel has come from one frame to the next, found without learning."""

from __future__ import annotations

import math

import numpy as np

from artengine.api import ReceptiveField, Tensor
from artengine_plugins.models.warp import corners, taken

STEPS = (1, 2, 2, 3)
"""How often a motion is corrected at each level, the finest first."""

LEAST_TEXTURE = 3e-5
"""Added to the squared gradients, so that a motion stays as it is where nothing shows it."""

LEAST_ERROR = 1e-4
"""Squared difference between frames below which two motions are worth as much."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""The weights of red, green and blue in Rec. 601."""

SMOOTH = (np.outer([1, 2, 1], [1, 2, 1]) / 16).astype(np.float32)[..., None, None]
"""The kernel of `smooth`, `(3, 3, 1, 1)`."""


def motion(now: Tensor, before: Tensor, reach: float) -> tuple[Tensor, Tensor]:
    """Find where the pixels of a frame were in the frame before.

    The iterative method of Lucas and Kanade ("An iterative image registration technique with an
    application to stereo vision", 1981) for every pixel's surroundings, from coarse to fine over a
    pyramid as Bouguet describes it ("Pyramidal implementation of the affine Lucas Kanade feature
    tracker", 2001). What a level finds is kept only where it explains the frame better than what
    the level began with, and is spread from places where it explains it well to those about them
    where it does not, as Kroeger, Timofte, Dai and Van Gool do ("Fast optical flow using dense
    inverse search", 2016). The sums over surroundings are taken at half of each level's size,
    which costs a quarter and loses nothing.

    Args:
        now, before: frames `(B, H, W, 3)` in 0..1; H and W divide by 16.
        reach: the longest motion that is looked for, in pixels across and down.

    Returns:
        The motion in pixels of the frame, across and down, `(B, H/2, W/2, 2)`, where
        `now(p) = before(p - motion(p))`, and the mean squared difference in luma that was left
        about a place before the motion was spread, `(B, H/2, W/2, 1)`. Nothing is differentiated.
    """
    from keras import ops

    levels = [ops.concatenate([luma(now), luma(before)], axis=-1)]
    for _ in STEPS[1:]:
        levels.append(halved(smooth(levels[-1])))

    # Not `zeros_like`: OpenVINO's compiler fails to resize what it takes for a constant.
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
        steps: how often.
        reach: the longest motion, in pixels of this level.

    Returns:
        The motion, and the mean squared difference about a place that it left before it was spread.
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
        """What a motion leaves of the change between the frames."""
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
    """How far `motion` looks: through all levels of the pyramid and all corrections."""
    levels = [ReceptiveField()]
    for _ in STEPS[1:]:
        levels.append(levels[-1].look(1).conv(2, stride=2))
    found = levels[-1].conv(2, stride=2)
    for level, image in reversed(list(enumerate(levels))):
        if level < len(STEPS) - 1:
            found = found.interpolate(2)
        moved = image.look(math.ceil(reach / 2**level) + 1)
        # Each correction, and at last the error, looks at what the motion so far leaves.
        for _ in range(STEPS[level] + 1):
            rest = found.interpolate(2).joined(moved)
            found = rest.conv(2, stride=2).look(2)
        found = found.look(2)
    return found


def luma(frame: Tensor) -> Tensor:
    """Lightness `(B, H, W, 1)` of a frame `(B, H, W, 3)`, both in 0..1."""
    from keras import ops

    frame = ops.clip(ops.cast(frame, "float32"), 0.0, 1.0)
    return ops.sum(frame * LUMA, axis=-1, keepdims=True)


def surroundings(parts: list[Tensor]) -> Tensor:
    """Weighted means of `(B, h, w, C)` about places at half the size, over about ten pixels.

    The parts' channels lie beside each other in what is returned.
    """
    from keras import ops

    return smooth(smooth(halved(ops.concatenate(parts, axis=-1))))


def smooth(x: Tensor) -> Tensor:
    """Weigh each pixel 1/2 and those beside it 1/4 along either side; the border goes on."""
    from keras import ops

    x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    return ops.depthwise_conv(x, np.repeat(SMOOTH, x.shape[-1], axis=2))


def halved(x: Tensor) -> Tensor:
    """Means of squares of two by two pixels."""
    from keras import ops

    return ops.average_pool(x, 2, strides=2)


def gradients(x: Tensor) -> Tensor:
    """Slope of `(B, H, W, 1)` across and down, per pixel, `(B, H, W, 2)`."""
    from keras import ops

    x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    across = x[:, 1:-1, 2:] - x[:, 1:-1, :-2]
    return 0.5 * ops.concatenate([across, x[:, 2:, 1:-1] - x[:, :-2, 1:-1]], axis=-1)
