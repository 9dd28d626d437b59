"""Snapshots: the state with which a dream continues later, bit for bit."""

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
"""The state of a chain's effects: arrays by name, by slot."""

VERSION = 4
"""The version of the snapshot format that this engine writes and reads."""


@dataclass(frozen=True, slots=True)
class LevelSnapshot:
    """The state of a dream at one size.

    Args:
        frames: the context, oldest first.
        truth: the source pictures of the same times; None where they were not read.
        feedback: the state of the feedback chain's effects and curves.
        state_chain: the state of the state chain's effects and curves.
        network: a recurrent network's state.
        bend_masks: the state of the masks of bends.
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
        identity: the identity of its dream; see `Dream.identity`.
        index: number of frames dreamt so far.
        levels: the dream at the film's size and, with `dream.refine`, the smaller one.
        reads_source: whether source pictures are read throughout, and so are in the context.
        output: the state of the output chain's effects and curves.
        curves: the state of the other curves, by table: `curves`, `model`, `dream` and `govern`; of
            the vital signs, `signs`; and of the governors, `governors`.
        changes: the applied and the pending changes.
        version: the version of the format.
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
        """Reject a snapshot of another format or another dream.

        Args:
            identity: identity of the current dream.
            reads_source: whether the current dream reads source pictures.

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
