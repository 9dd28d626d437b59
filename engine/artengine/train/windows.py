"""Windows: short runs of frames that a network learns from, put together by tf.data.

Hours of footage are neither held in memory nor read in order: shards are taken in a random order,
a few at a time, as they are stored; the windows that begin in those few are shuffled; and only
then are frames decoded.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from artengine.frame import Size
from artengine.train.footage import PreparedFootage
from artengine.train.manifest import Manifest
from artengine.train.reader import Reader
from artengine.train.spans import Spans

Batches: TypeAlias = Any
"""A `tf.data.Dataset` of pairs: context frames float32 `(B, H, W, 3 * context)`, oldest first, and
truth float32 `(B, targets, H, W, 3)`, both in 0..1. Its `cardinality()` is known."""

_FOREVER = 2**62

_AHEAD = 2
"""Batches made while the network learns from another: more would only take memory."""


def windows(
    footage: PreparedFootage,
    *,
    context: int,
    targets: int,
    stride: int = 1,
    validation: float,
    crop: Size | None,
    flip: bool,
    batch: int,
    seed: int,
    epoch: int,
    passes: int | None = 1,
    skip_batches: int = 0,
) -> Batches:
    """Give the windows of prepared footage in batches.

    A window is `context` frames and the `targets` frames that follow, each `stride` frames after
    the one before, all of one scene.

    They come in random order, cropped and mirrored at random, all frames of a window alike. Those
    left over when the last batch of a pass is not full are dropped, others in each pass; where
    there are fewer windows than a batch holds, a pass is one smaller batch. Seed and epoch alone
    decide what a pass gives.

    Held-out frames are in none of them: the share `validation` of the footage, or more where no
    window to measure on would fit into that; see `held_out.held_out_windows`.

    Args:
        footage: where the frames come from.
        context: frames the network is shown.
        targets: frames it is to predict.
        stride: distance between the frames of a window.
        validation: share of the footage that is held out, at its end.
        crop: width and height of the crops, in pixels; whole frames when None, and whole sides
            where the frames are smaller.
        flip: whether half of the windows are mirrored left to right.
        batch: windows in a batch.
        seed: of order, crops and mirroring.
        epoch: number of the first pass.
        passes: how many passes follow each other, each with the next number; None for no end. Going
            on costs nothing, where opening another dataset takes a third of a second.
        skip_batches: leave out so many batches at the start, without reading them.

    Raises:
        TrainingError: when there is too little footage for a window in each part.
    """
    import tensorflow as tf

    manifest = footage.manifest
    span = stride * (context + targets - 1) + 1
    split = footage.held_out_from(span, validation)
    spans = Spans.between(0, split, manifest.cuts, span)
    size = min(batch, spans.total)
    a_pass = spans.total // size
    used = a_pass * size
    begun, skipped = divmod(skip_batches, a_pass)
    first, last = epoch + begun, _FOREVER
    count = tf.data.INFINITE_CARDINALITY
    if passes is not None:
        last = epoch + passes
        count = max(0, passes * a_pass - skip_batches)
    reader = Reader(footage.folder, manifest, spans, range(0, span, stride), split)

    def one_pass(number: Any) -> Any:
        skip = tf.where(number == first, np.int64(skipped * size), np.int64(0))
        key = tf.stack([np.int64(seed), number])
        return reader.one_pass(key, skip).take(used - skip)

    decode = _Decoder(manifest, crop, context, flip=flip)
    # AutoGraph has nothing to convert here; reading the source of these functions only takes time.
    plain = tf.autograph.experimental.do_not_convert
    encoded = tf.data.Dataset.range(first, last).flat_map(plain(one_pass))
    decoded = encoded.map(plain(decode), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    batches = decoded.batch(size, drop_remainder=True).map(plain(_to_floats))
    options = tf.data.Options()
    options.deterministic = True
    counted = batches.apply(tf.data.experimental.assert_cardinality(count))
    return counted.prefetch(_AHEAD).with_options(options)


_DCT = "INTEGER_ACCURATE"
"""Gives the pixels that `Frames` gives. TensorFlow's default is less exact: it nearly doubles the
error of a frame that is stored at quality 95, and takes as long."""


class _Decoder:
    """Turns the encoded frames of a window into what a network is shown and is to predict."""

    def __init__(self, manifest: Manifest, crop: Size | None, context: int, *, flip: bool) -> None:
        self._png = manifest.quality == 100
        self._whole = manifest.size
        crop = crop or manifest.size
        self._size = min(crop[0], manifest.size[0]), min(crop[1], manifest.size[1])
        self._context, self._flip = context, flip

    def __call__(self, images: Any, chance: Any) -> Any:
        import tensorflow as tf

        frames = [self._decode(image, chance) for image in tf.unstack(images)]
        context_frames = tf.concat(frames[: self._context], axis=-1)
        truth = tf.stack(frames[self._context :])
        if self._flip:
            mirror = chance[2] < 0.5
            context_frames = tf.cond(
                mirror, lambda: tf.reverse(context_frames, [1]), lambda: context_frames
            )
            truth = tf.cond(mirror, lambda: tf.reverse(truth, [2]), lambda: truth)
        return context_frames, truth

    def _decode(self, image: Any, chance: Any) -> Any:
        import tensorflow as tf

        width, height = self._size
        room = np.array([self._whole[1] - height, self._whole[0] - width])
        top, left = tf.unstack(tf.cast(chance[:2] * (room + 1), tf.int32))
        if self._png:
            frame = tf.io.decode_png(image, channels=3)
            frame = frame[top : top + height, left : left + width]
        elif room.any():
            frame = tf.io.decode_and_crop_jpeg(
                image, [top, left, height, width], channels=3, dct_method=_DCT
            )
        else:
            frame = tf.io.decode_jpeg(image, channels=3, dct_method=_DCT)
        return tf.ensure_shape(frame, [height, width, 3])


def _to_floats(context_frames: Any, truth: Any) -> Any:
    import tensorflow as tf

    scale = np.float32(1 / 255)
    return tf.cast(context_frames, tf.float32) * scale, tf.cast(truth, tf.float32) * scale
