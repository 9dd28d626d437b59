"""Operations of bends on a feature map, float32 `(B, H, W, C)`, or `(B, ..., C)` if not spatial."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.nn.chance import normal


@dataclass(frozen=True, slots=True)
class BendCall:
    """The arguments of an operation besides the features.

    Args:
        amount: a float32 scalar.
        seed: int32 `(2,)`, different for each frame, bend, and call of the layer.
        order: indices of the channels in their order after `swap`.
        angle: the direction of `shift`, in degrees.
    """

    amount: Any
    seed: Any
    order: npt.NDArray[np.int64]
    angle: float


Operation: TypeAlias = Callable[[Any, BendCall], Any]


def _scale(x: Any, call: BendCall) -> Any:
    return x * call.amount


def _noise(x: Any, call: BendCall) -> Any:
    spread = ops.std(x, axis=_places(x), keepdims=True)
    return x + call.amount * spread * normal(x.shape, call.seed)


def _threshold(x: Any, call: BendCall) -> Any:
    strength = ops.abs(x)
    strongest = ops.max(strength, axis=_places(x), keepdims=True)
    return ops.where(strength < call.amount * strongest, 0.0, x)


def _invert(x: Any, call: BendCall) -> Any:
    places = _places(x)
    sides = ops.min(x, axis=places, keepdims=True) + ops.max(x, axis=places, keepdims=True)
    return x + call.amount * (sides - 2.0 * x)


def _swap(x: Any, call: BendCall) -> Any:
    return x + call.amount * (ops.take(x, call.order, axis=-1) - x)


def _shift(x: Any, call: BendCall) -> Any:
    direction = math.radians(call.angle)
    down, right = (round(part, 6) for part in (math.sin(direction), math.cos(direction)))
    _, height, width, _ = x.shape
    rows = _wrapped(height, -height * down * call.amount) if down else None
    columns = _wrapped(width, -width * right * call.amount) if right else None
    return _mixed(x, rows, columns)


def _blur(x: Any, call: BendCall) -> Any:
    _, height, width, _ = x.shape
    size = call.amount * min(height, width)

    def weights(count: int) -> Any:
        apart = _numbers(count)[:, None] - _numbers(count)[None, :]
        # Avoid a division by 0, so that without blur each position keeps its own value.
        near = ops.exp(-0.5 * apart**2 / (size**2 + 1e-4))
        return near / ops.sum(near, axis=1, keepdims=True)

    return _mixed(x, weights(height), weights(width))


def _zoom(x: Any, call: BendCall) -> Any:
    _, height, width, _ = x.shape

    def weights(count: int) -> Any:
        middle = (count - 1) / 2
        from_ = middle + (_numbers(count) - middle) / call.amount
        from_ = ops.clip(from_, 0.0, count - 1.0)
        return ops.relu(1.0 - ops.abs(from_[:, None] - _numbers(count)[None, :]))

    return _mixed(x, weights(height), weights(width))


def _rotate(x: Any, call: BendCall) -> Any:
    """Rotate by backward mapping with bilinear interpolation."""
    _, height, width, channels = x.shape
    turn = call.amount * (math.pi / 180)
    cos, sin = ops.cos(turn), ops.sin(turn)
    across = _numbers(width)[None, :] - (width - 1) / 2
    down = _numbers(height)[:, None] - (height - 1) / 2
    left = ops.clip(cos * across + sin * down + (width - 1) / 2, 0.0, width - 1.0)
    top = ops.clip(cos * down - sin * across + (height - 1) / 2, 0.0, height - 1.0)
    column, row = ops.floor(left), ops.floor(top)
    right, below = ((left - column)[..., None], (top - row)[..., None])
    column, row = ops.cast(column, "int32"), ops.cast(row, "int32")
    flat = ops.reshape(x, (-1, height * width, channels))

    def at(rows_on: int, columns_on: int) -> Any:
        rows = ops.minimum(row + rows_on, height - 1)
        columns = ops.minimum(column + columns_on, width - 1)
        taken = ops.take(flat, ops.reshape(rows * width + columns, (-1,)), axis=1)
        return ops.reshape(taken, (-1, height, width, channels))

    above = (1.0 - right) * at(0, 0) + right * at(0, 1)
    under = (1.0 - right) * at(1, 0) + right * at(1, 1)
    return (1.0 - below) * above + below * under


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "scale": _scale,
        "noise": _noise,
        "shift": _shift,
        "rotate": _rotate,
        "threshold": _threshold,
        "invert": _invert,
        "swap": _swap,
        "blur": _blur,
        "zoom": _zoom,
    }
)
"""The operations by name."""


def _places(x: Any) -> tuple[int, ...]:
    """Return the axes over which a channel's statistics are computed: height and width, or the
    channel axis of a tensor without them."""
    return tuple(range(1, len(x.shape) - 1)) or (1,)


def _numbers(count: int) -> Any:
    return ops.arange(count, dtype="float32")


def _wrapped(count: int, by: Any) -> Any:
    """Return the `(count, count)` weights of a circular shift with linear interpolation."""
    apart = ops.mod(_numbers(count)[:, None] + by - _numbers(count)[None, :], float(count))
    return ops.relu(1.0 - ops.minimum(apart, count - apart))


def _mixed(x: Any, rows: Any, columns: Any) -> Any:
    """Apply a separable linear filter, given as weights `(H, H)` for columns and `(W, W)` for rows;
    None leaves an axis as it is. A matrix product supports a blur of any size and weights that
    change from frame to frame."""
    shape = (-1, *x.shape[1:])
    if rows is not None:
        flat = ops.reshape(x, (-1, x.shape[1], x.shape[2] * x.shape[3]))
        x = ops.reshape(ops.matmul(rows, flat), shape)
    return x if columns is None else ops.matmul(columns, x)
