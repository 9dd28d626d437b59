"""What a graph is given, made as it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from artengine.frame import Frame
from artengine.stepping.graph import Array, Specs

PLANES, WHOLE = "frame", "whole"
"""What the inputs of frames are called, followed by `_0` and so on: of planes, `(3, H, W)`, and of
frames as they are, `(H, W, 3)`."""


class GivenFrame:
    """A frame in the forms that graphs take, each made when it is first asked for.

    Args:
        frame: float32 `(H, W, 3)`, never written to afterwards.
    """

    def __init__(self, frame: Frame) -> None:
        whole = np.ascontiguousarray(frame, np.float32)
        # OpenVINO shares no memory that is read-only, though it only reads it.
        self.whole = whole if whole.flags.writeable else whole.copy()

    @cached_property
    def planes(self) -> Array:
        """The frame as `(3, H, W)`."""
        import cv2

        planes = np.empty((3, *self.whole.shape[:2]), np.float32)
        # In two thirds of the time that numpy takes.
        cv2.split(self.whole, list(planes))
        return planes


class Given(Mapping[str, Array]):
    """The inputs of a graph by name: each frame in both forms, and what else there is.

    Args:
        frames: the context.
        others: all else.
    """

    def __init__(self, frames: Sequence[GivenFrame], others: Mapping[str, Array]) -> None:
        self._given, self._others = frames, others
        self._frames = {str(number): frame for number, frame in enumerate(frames)}

    def joined(self, more: Mapping[str, Array]) -> Given:
        """The same with further inputs."""
        return Given(self._given, {**self._others, **more})

    def specs(self) -> Specs:
        """Shapes and types, of frames those of the planes; see `artengine.stepping.graph`."""
        specs: dict[str, tuple[tuple[int, ...], str]] = {}
        for number, frame in self._frames.items():
            height, width, depth = frame.whole.shape
            specs[f"{PLANES}_{number}"] = (depth, height, width), str(frame.whole.dtype)
        return specs | {name: (each.shape, str(each.dtype)) for name, each in self._others.items()}

    def __getitem__(self, name: str) -> Array:
        form, _, number = name.rpartition("_")
        if form == WHOLE and number in self._frames:
            return self._frames[number].whole
        if form == PLANES and number in self._frames:
            return self._frames[number].planes
        return self._others[name]

    def __contains__(self, name: object) -> bool:
        form, _, number = str(name).rpartition("_")
        return (form in (PLANES, WHOLE) and number in self._frames) or name in self._others

    def __iter__(self) -> Iterator[str]:
        for form in (PLANES, WHOLE):
            yield from (f"{form}_{number}" for number in self._frames)
        yield from self._others

    def __len__(self) -> int:
        return 2 * len(self._frames) + len(self._others)
