"""A network that remembers its clip by parts, and makes pictures of them that never were."""

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
"""Regions across and down."""

STEEP = 4
"""How much steeper than evenly one region passes into the next. Where two times are blended, both
are blurred."""

CANDIDATES = 24
"""So many places of the memory are drawn each frame, of which a region that leaves takes the one
that fits best."""

LEAVES = 0.03
"""Chance, each frame, that a region leaves neighbours that all agree with it, where all is
invented."""

JOINS = 0.1
"""Chance, each frame, that a region comes back to the others, where nothing is invented."""

FITS = 0.08
"""Mean difference of colours up to which a place fits."""

CLOSER = 0.8
"""In a clip whose pictures differ more, a place fits that is so much nearer than the average."""

APART = 12.0
"""Places so near to each other show much the same."""


class Quilt(Recall):
    """Remembers as `recall` does, but each region of the picture by itself.

    What happened at different times comes together in arrangements that the clip never had.

    The picture has 4x4 regions, which blend into each other. Each has a place of its own in the
    memory, and plays on from there. Where it agrees with those beside it, it leaves by chance for
    another time that looks alike there, as graphcut textures (Kwatra, Schödl, Essa, Turk and
    Bobick, 2003) and panoramic video textures (Agarwala et al., 2005) join parts of different
    times. `invent` says how free the regions are. The painter makes one picture of them.

    It has the network of `recall`, and dreams with its weights.

    The state is that of `recall` for each region, float32 `(B, 16)` both.
    """

    name: ClassVar[str] = "quilt"
    network_of: ClassVar[str | None] = "recall"

    cell: Literal[4, 8] = 4
    """Width and height in pixels of what one colour of a hint stands for. 4 is crisper and nearer
    to the clip; 8 leaves more to the network."""

    grid: int = Param(64, ge=4, le=64)
    """Height and width of a remembered picture, in colours. For frames of about 256x256, 32 suits
    cells of 8 pixels and 64 those of 4."""

    invent: float = Param(1.0, ge=0, le=1, automatable=True)
    """How free the regions are: at 1 each goes its own way, at 0 all come back to one time, and the
    dream replays the clip as `recall` does."""

    def initial_state(
        self, network: keras.Model, context_frames: Tensor, seed: Tensor
    ) -> NetworkState:
        """All regions begin at the place where `recall` begins."""
        from keras import ops

        state = super().initial_state(network, context_frames, seed)
        return tuple(ops.repeat(part[:, None], SIDE * SIDE, axis=1) for part in state)

    def hinted(
        self, memory: Remembered, context_frames: Tensor, state: NetworkState, seed: Tensor
    ) -> tuple[Tensor, NetworkState]:
        """A blend of the regions' hints, each made as that of `recall`."""
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
        # The region in the middle leads, where others do not go their own way.
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
        # What is left of `now`, and blends of what each region moves on from and to. They are
        # blended where they are small, and enlarged together, as channels.
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
        """For each region, of places that chance draws, the one that looks most like what is there
        now and about it, how far off it is, and how far off it may be; all `(B, regions)`."""
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
        # Not `argmin`, which OpenVINO lacks as Keras writes it.
        nearest, best = ops.top_k(-ops.transpose(off, (0, 2, 1)), 1)
        return ops.take_along_axis(candidates, best[..., 0], axis=1), -nearest[..., 0], fits
