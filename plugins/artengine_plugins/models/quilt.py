"""A network that remembers its clip by regions and combines them into new pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from artengine.api import NetworkState, Param, Tensor
from artengine_plugins.models.cells import cells
from artengine_plugins.models.damping import damped
from artengine_plugins.models.pixels.chance import uniform
from artengine_plugins.models.recall import SETTLES, Recall
from artengine_plugins.models.regions import neighbours, windows
from artengine_plugins.models.remembered import Remembered

if TYPE_CHECKING:
    import keras

SIDE = 4
"""Number of regions across and down."""

STEEP = 4
"""Exponent that sharpens the transitions between regions. Where two times are blended, both are
blurred."""

CANDIDATES = 24
"""Number of random places of the memory in each frame, of which a region that leaves takes the one
that fits best."""

LEAVES = 0.03
"""Chance in each frame that a region leaves neighbours that all agree with it, at full
`invent`."""

JOINS = 0.1
"""Chance in each frame that a region rejoins the others, at `invent` 0."""

FITS = 0.08
"""Mean difference of colours up to which a place fits."""

CLOSER = 0.8
"""A place also fits if its difference is below this share of the average of the candidates."""

APART = 12.0
"""Places closer than this show almost the same picture."""


class Quilt(Recall):
    """Remembers as `recall` does, but each region of the picture independently.

    Regions from different times are combined in arrangements that the clip never had.

    The picture has 4x4 regions, which blend into each other. Each has its own place in the memory
    and plays on from there. If it agrees with its neighbours, it leaves at random for another time
    that looks alike there, as graphcut textures (Kwatra, Schödl, Essa, Turk and Bobick, 2003) and
    panoramic video textures (Agarwala et al., 2005) join parts of different times. `invent` sets
    how independent the regions are. The painter combines them into one picture.

    It has the network of `recall` and uses its weights.

    The state is that of `recall` for each region, two float32 `(B, 16)`.
    """

    name: ClassVar[str] = "quilt"
    network_of: ClassVar[str | None] = "recall"

    cell: Literal[4, 8] = 4
    """Side in pixels of the square that one colour of a hint represents. 4 is crisper and closer to
    the clip; 8 leaves more to the network."""

    grid: int = Param(64, ge=4, le=64)
    """Height and width of a remembered picture, in colours. For frames of about 256x256, use 32
    with cells of 8 pixels and 64 with cells of 4."""

    invent: float = Param(1.0, ge=0, le=1, automatable=True)
    """How independent the regions are: at 1 each goes its own way, at 0 all return to one time, and
    the dream replays the clip as `recall` does."""

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """Start all regions at the place where `recall` starts."""
        from keras import ops

        state = super().initial_state(network, context_frames, seed)
        return tuple(ops.repeat(part[:, None], SIDE * SIDE, axis=1) for part in state)

    def hinted(
        self, memory: Remembered, context_frames: Tensor, state: NetworkState, seed: Tensor
    ) -> tuple[Tensor, NetworkState]:
        """Blend the hints of the regions, each made as in `recall`."""
        from keras import ops

        places, since = state
        now = cells(context_frames, self.cell)
        _, high, wide, _ = now.shape
        regions = SIDE * SIDE
        chance = uniform((2 * regions + CANDIDATES, ops.shape(places)[0]), seed)
        leaving, joining, drawn = (
            ops.transpose(part)
            for part in (chance[:regions], chance[regions:-CANDIDATES], chance[-CANDIDATES:])
        )
        onward = places + self.pace
        ended = onward > memory.ends(places)
        chosen, off, fits = self._fitting(memory, now, places, drawn)
        agree = ops.abs(places[:, :, None] - places[:, None, :]) < APART
        touching = neighbours(SIDE)
        alike = ops.sum(ops.cast(agree, "float32") * touching, axis=-1) / touching.sum(1)
        # A region in the middle leads, unless others go their own way.
        middle = regions // 2 + SIDE // 2
        leading = (np.arange(regions) == middle).astype(np.float32)
        tied = 1.0 - self.invent
        wish = self.invent * (LEAVES * alike + self.leaps / SIDE) + tied * self.leaps * leading
        leaves = (leaving < wish) & (off < fits)
        onward = ops.where(leaves | ended, chosen, onward)
        follows = ended | leaves[:, middle][:, None]
        joins = joining < tied * ops.where(follows, 1.0, JOINS)
        onward = ops.where(joins, onward[:, middle][:, None], onward)
        elsewhere = ops.abs(onward - places - self.pace) > 0.5
        since = ops.where(elsewhere, 1.0, ops.minimum(since + 1.0, SETTLES))
        pull = self.pull * memory.filled() * since / SETTLES

        here, there = (
            memory(ops.reshape(at, (-1,))) for at in (ops.maximum(onward - self.pace, 0.0), onward)
        )
        weights = windows(self.grid, self.grid, SIDE) ** STEEP
        weights /= weights.sum(0)
        # The remaining share of `now`, and blends of the regions' previous and next pictures. Blend
        # them at the small size, and enlarge them together as channels.
        left = 1.0 - pull
        pictures = ops.concatenate([ops.reshape(left, (-1, 1, 1, 1)) * here, there], axis=-1)
        pictures = ops.reshape(pictures, (-1, regions, *pictures.shape[1:]))
        blended = ops.einsum("brhwc,rhw->bhwc", pictures, weights)
        kept = ops.einsum("br,rhw->bhw", left, weights)[..., None]
        enlarged = ops.image.resize(ops.concatenate([blended, kept], axis=-1), (high, wide))
        back, onto, kept = ops.split(enlarged, [3, 6], axis=-1)
        return onto + damped(kept * now - back, self.damping), (onward, since)

    def _fitting(
        self, memory: Remembered, now: Tensor, places: Tensor, drawn: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return for each region the random place that looks most like the current picture around
        it, its difference, and the largest difference that fits; all `(B, regions)`."""
        from keras import ops

        grid = self.grid
        candidates = memory.moved_on(ops.zeros_like(drawn), drawn)
        pictures = ops.reshape(
            memory(ops.reshape(candidates, (-1,))), (-1, CANDIDATES, grid, grid, 3)
        )
        small = ops.image.resize(now, (grid, grid))
        differences = ops.mean(ops.abs(pictures - small[:, None]), axis=-1)
        wide = windows(grid, grid, SIDE, margin=0.5)
        off = ops.einsum("bcyx,ryx->bcr", differences, wide / wide.sum((1, 2), keepdims=True))
        fits = ops.maximum(FITS, CLOSER * ops.mean(ops.transpose(off, (0, 2, 1)), axis=-1))
        near = ops.abs(candidates[:, :, None] - places[:, None, :]) < APART
        taken = ops.matmul(
            ops.cast(near, "float32"), neighbours(SIDE) + np.eye(SIDE * SIDE, dtype="float32")
        )
        ending = memory.ends(candidates) - candidates < APART
        off = off + ops.where(taken > 0.0, 0.1, 0.0) + ops.where(ending, 1.0, 0.0)[:, :, None]
        # OpenVINO lacks `argmin` as Keras implements it.
        nearest, best = ops.top_k(-ops.transpose(off, (0, 2, 1)), 1)
        return ops.take_along_axis(candidates, best[..., 0], axis=1), -nearest[..., 0], fits
