"""Snapshots: what a dream needs to continue later, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from artengine.dream.changes import Change
from artengine.errors import UsageError
from artengine.frame import Frame, Picture

Remembered: TypeAlias = Mapping[str, Mapping[str, npt.NDArray[np.generic]]]
"""What a chain's effects remember: arrays by name, by slot."""

VERSION = 4
"""The format of snapshots that this engine writes and reads."""


@dataclass(frozen=True, slots=True)
class LevelSnapshot:
    """The state of a dream at one size.

    Args:
        frames: the context, oldest first.
        truth: the source's pictures of the same moments; None where they were not read.
        feedback: what the feedback chain's effects and curves remember.
        state_chain: what the state chain's effects and curves remember.
        network: a recurrent network's state.
        bend_masks: what the masks of bends remember.
    """

    frames: tuple[Frame, ...]
    truth: tuple[Picture | None, ...]
    feedback: Remembered
    state_chain: Remembered
    network: tuple[npt.NDArray[np.generic], ...]
    bend_masks: Remembered


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a dream between two frames.

    Args:
        identity: which dream it belongs to; see `Dream.identity`.
        index: how many frames were dreamt.
        levels: the dream at the film's size, and where it is refined, the smaller one.
        reads_source: whether source pictures are read throughout, and so are in the context.
        output: what the output chain's effects and curves remember.
        curves: what the other curves remember, by table: `curves`, `model`, `dream` and `govern`;
            the vital signs, `signs`, and the governors, `governors`.
        changes: what was changed while it played, and what is to be changed.
        version: the format.
    """

    identity: str
    index: int
    levels: tuple[LevelSnapshot, ...]
    reads_source: bool
    output: Remembered
    curves: Remembered
    changes: tuple[Change, ...]
    version: int = VERSION

    def check(self, identity: str, *, reads_source: bool) -> None:
        """Refuse a snapshot of another format or another dream.

        Args:
            identity: what is dreamt now.
            reads_source: whether source pictures are read now.

        Raises:
            UsageError: when the dream cannot continue from it.
        """
        if self.version != VERSION:
            raise UsageError(
                f"the snapshot has format {self.version}, and this engine reads format {VERSION}; "
                "start the dream again"
            )
        if self.identity != identity:
            raise UsageError(
                f"the snapshot belongs to another dream ({self.identity[:12]}, this one is "
                f"{identity[:12]}); continue with the preset, weights and arithmetic that it was "
                "taken from, and use Dream.set for what you want to change"
            )
        if reads_source != self.reads_source:
            raise UsageError(
                "the snapshot is of a dream that read its source to the end and this one does not, "
                "or the other way round; give Dream the same truth as when it was taken"
            )
