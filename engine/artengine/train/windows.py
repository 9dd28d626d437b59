"""Windows: short sequences of frames for training.

The footage is not held in memory: windows are taken in the order of `WindowOrder`, and their frames
are read and decoded shortly before they are needed.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.frame import Picture, Size
from artengine.train.cutting import behind_each_other, cut, to_numbers
from artengine.train.footage import PreparedFootage
from artengine.train.frames import Frames
from artengine.train.spans import Spans
from artengine.train.window_order import Place, WindowOrder

WindowBatch: TypeAlias = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""Context frames float32 `(B, H, W, 3 * context)`, oldest first, and truth float32
`(B, targets, H, W, 3)`, both in 0..1."""

_AHEAD = 2
"""Number of batches that are prefetched; more would only use memory."""

_THREADS = min(8, os.cpu_count() or 1)
"""Number of windows that are decoded in parallel."""


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
) -> Iterator[WindowBatch]:
    """Yield the windows of prepared footage in batches.

    A window is `context` frames and the next `targets` frames, at a distance of `stride` frames,
    all of one scene.

    Windows are in random order, with random crops and mirroring that are the same for all frames of
    a window. Windows left over at the end of a pass that do not fill a batch are dropped; they
    differ between passes. If there are fewer windows than a batch holds, a pass is one smaller
    batch. A pass depends on seed and epoch only.

    Held-out frames are in no window: the share `validation` of the footage, or more if no
    evaluation window would fit into that; see `held_out.held_out_windows`.

    Args:
        footage: the prepared footage.
        context: number of context frames.
        targets: number of frames to predict.
        stride: distance between the frames of a window.
        validation: share of the footage that is held out, at its end.
        crop: width and height of the crops, in pixels; None for whole frames. A side that exceeds
            the frame is limited to it.
        flip: whether half of the windows are mirrored left to right.
        batch: number of windows in a batch.
        seed: seed of order, crops and mirroring.
        epoch: number of the first pass.
        passes: number of passes, with consecutive numbers; None for an endless iterator.
        skip_batches: number of batches to skip at the start, without reading them.

    Raises:
        TrainingError: when there is too little footage for a window in each part; later, when a
            frame cannot be read.
    """
    manifest = footage.manifest
    span = stride * (context + targets - 1) + 1
    spans = Spans.between(0, footage.held_out_from(span, validation), manifest.cuts, span)
    order = WindowOrder(manifest, spans)
    size = min(batch, spans.total)
    a_pass = spans.total // size
    begun, skipped = divmod(skip_batches, a_pass)
    numbers = count(epoch) if passes is None else iter(range(epoch, epoch + passes))

    def places() -> Iterator[list[Place]]:
        skip = skipped * size
        for number in islice(numbers, begun, None):
            taken = islice(order.one_pass((seed, number), skip), a_pass * size - skip)
            while group := list(islice(taken, size)):
                yield group
            skip = 0

    offsets = range(0, span, stride)
    cutter = _Cutter(Frames(footage.folder, manifest), manifest.size, crop, offsets, flip=flip)
    return _prefetched(cutter, places(), context)


class _Cutter:
    """Reads and crops the frames of a window.

    Args:
        frames: the footage.
        whole: width and height of its frames.
        crop: see `windows`.
        offsets: distances of a window's frames from its first one.
        flip: see `windows`.
    """

    def __init__(
        self,
        frames: Frames,
        whole: Size,
        crop: Size | None,
        offsets: Sequence[int],
        *,
        flip: bool,
    ) -> None:
        self._frames, self._offsets, self._flip = frames, offsets, flip
        width, height = crop or whole
        self.size = min(width, whole[0]), min(height, whole[1])
        self._corners = np.array(whole[::-1]) - self.size[::-1] + 1

    def __call__(self, place: Place) -> Iterator[Picture]:
        """Yield the frames of a window, in order."""
        first, chance = place
        top, left = (chance[:2] * self._corners.astype(np.float32)).astype(int)
        mirrored = self._flip and bool(chance[2] < 0.5)
        for offset in self._offsets:
            yield cut(self._frames[first + offset], top, left, self.size, mirrored=mirrored)

    def __len__(self) -> int:
        return len(self._offsets)


def _prefetched(
    cutter: _Cutter, places: Iterator[Sequence[Place]], context: int
) -> Iterator[WindowBatch]:
    """Yield batches in order; the next ones are prefetched by a thread pool."""
    width, height = cutter.size

    def fill(frames: npt.NDArray[np.float32], truth: npt.NDArray[np.float32], place: Place) -> None:
        parts = list(cutter(place))
        # Concatenate as bytes, which is faster than as floats.
        to_numbers(behind_each_other(parts[:context]), frames)
        for part, row in zip(parts[context:], truth, strict=True):
            to_numbers(part, row)

    pool = ThreadPoolExecutor(_THREADS)
    pending: deque[tuple[WindowBatch, list[Future[None]]]] = deque()

    def next_batch() -> WindowBatch:
        batch, rows = pending.popleft()
        for row in rows:
            row.result()
        return batch

    try:
        for group in places:
            frames = np.empty((len(group), height, width, 3 * context), np.float32)
            targets = len(cutter) - context
            truth = np.empty((len(group), targets, height, width, 3), np.float32)
            rows = [pool.submit(fill, *row) for row in zip(frames, truth, group, strict=True)]
            pending.append(((frames, truth), rows))
            if len(pending) > _AHEAD:
                yield next_batch()
        while pending:
            yield next_batch()
    finally:
        pool.shutdown(cancel_futures=True)
