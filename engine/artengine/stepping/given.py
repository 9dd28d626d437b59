"""The inputs of a graph, computed when they are first read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from artengine.frame import Frame
from artengine.stepping.graph import Array, Specs

PLANES, WHOLE = "frame", "whole"
"""Names of the inputs for frames, followed by `_0` and so on: as planes, `(3, H, W)`, and in the
frame's own layout, `(H, W, 3)`."""


class GivenFrame:
    """A frame in the layouts that graphs take, each computed when it is first read.

    Args:
        frame: float32 `(H, W, 3)`, never written to afterwards; it may be a part of a larger one.
        missing: how often its last row and its last column are repeated.
        spent: a frame that is not needed any more, whose buffers are reused where they fit.
    """

    def __init__(
        self, frame: Frame, missing: tuple[int, int] = (0, 0), spent: GivenFrame | None = None
    ) -> None:
        self._frame, self._missing = np.asarray(frame, np.float32), missing
        self._made: dict[str, Array] = {}
        self._room: dict[str, Array] = {}
        if spent is not None:
            # Another predictor may still hold `spent`, and compute its layouts again.
            self._room, spent._made = spent._made, {}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and number of colours."""
        height, width, colours = self._frame.shape
        return height + self._missing[0], width + self._missing[1], colours

    @property
    def whole(self) -> Array:
        """The frame as `(H, W, 3)`, for reading."""
        if not any(self._missing) and self._frame.flags.c_contiguous:
            return _for_reading(self._frame)
        if WHOLE not in self._made:
            height, width, _ = self._frame.shape
            whole = self._empty(WHOLE, self.shape)
            whole[:height, :width] = self._frame
            whole[height:, :width] = whole[height - 1, :width]
            whole[:, width:] = whole[:, width - 1 : width]
            self._made[WHOLE] = whole
        return self._made[WHOLE]

    @property
    def planes(self) -> Array:
        """The frame as `(3, H, W)`, for reading."""
        if PLANES not in self._made:
            height, width, _ = self._frame.shape
            planes = self._empty(PLANES, (3, *self.shape[:2]))
            self._split([plane[:height, :width] for plane in planes])
            planes[:, height:, :width] = planes[:, height - 1 : height, :width]
            planes[..., width:] = planes[..., width - 1 : width]
            self._made[PLANES] = planes
        return self._made[PLANES]

    def _split(self, planes: list[Array]) -> None:
        import cv2

        if all(plane.flags.c_contiguous for plane in planes):
            # It takes two thirds of the time of numpy.
            cv2.split(np.ascontiguousarray(self._frame), planes)
            return
        for colour, plane in enumerate(planes):
            plane[:] = self._frame[..., colour]

    def _empty(self, form: str, shape: tuple[int, ...]) -> Array:
        room = self._room.pop(form, None)
        return room if room is not None and room.shape == shape else np.empty(shape, np.float32)


class Given(Mapping[str, Array]):
    """The inputs of a graph by name: each frame in both layouts, and the other inputs.

    Args:
        frames: the context.
        others: the other inputs, by name.
    """

    def __init__(self, frames: Sequence[GivenFrame], others: Mapping[str, Array]) -> None:
        self._given, self._others = frames, others
        self._frames = {str(number): frame for number, frame in enumerate(frames)}

    def joined(self, more: Mapping[str, Array]) -> Given:
        """Return these inputs and more."""
        return Given(self._given, {**self._others, **more})

    def specs(self) -> Specs:
        """Return shapes and types, with frames as planes; see `artengine.stepping.graph`."""
        specs: dict[str, tuple[tuple[int, ...], str]] = {}
        for number, frame in self._frames.items():
            height, width, colours = frame.shape
            specs[f"{PLANES}_{number}"] = (colours, height, width), "float32"
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


def _for_reading(frame: Frame) -> Array:
    """Return a view of a frame that is not marked as read-only.

    OpenVINO does not share memory that is marked as read-only, although it only reads it.
    """
    return frame if frame.flags.writeable else np.asarray(_Lent(frame))


class _Lent:
    """The memory of a frame for numpy; arrays made from it keep the frame alive."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.__array_interface__ = frame.__array_interface__ | {"data": (frame.ctypes.data, False)}
