"""Batch normalisation multiplied into the convolution before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops, tree

Numbers: TypeAlias = npt.NDArray[np.float32]


def folded(network: keras.Model, kept: Collection[keras.Layer] = ()) -> keras.Model:
    """The same network with fewer operations; the network itself where nothing can be folded.

    A batch normalisation scales a channel by s and shifts it by t. After a convolution both go into
    its weights. With a ReLU in between, s relu(z) + t = max(s z + t, t) where s is positive,
    and min(s z + t, t) where it is not: scale and shift go into the weights, and the ReLU
    becomes a bound for each channel. Both are exact but for rounding, at the frame's border too. (A
    shift carried on into the next convolution is not: the zeros which that pads with come after
    it.) Any other normalisation stays, and so does one of a convolution that others use as well.

    Args:
        network: a functional Keras network; another kind is returned as it is.
        kept: layers that stay as they are.
    """
    try:
        seen = _Seen.of(network)
    except ValueError:
        return network
    folds = seen.folds({id(layer) for layer in kept})
    if not folds:
        return network
    gone = {id(layer) for fold in folds.values() for layer in fold.gone}

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if id(layer) in gone:
            return args[0]
        if id(layer) not in folds:
            return layer(*args, **kwargs)
        return folds[id(layer)].call(*args, **kwargs)

    return keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=call)


@dataclass(frozen=True, slots=True)
class _Fold:
    """A convolution, and what comes after it and goes into it.

    Args:
        gone: the layers that are no longer needed; the last is the normalisation.
        rectified: whether one of them, or the convolution itself, is a ReLU.
    """

    convolution: Any
    gone: list[Any]
    rectified: bool

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call what comes in place of all of them."""
        old, (scale, shift) = self.convolution, _scale_and_shift(self.gone[-1])
        config = {**old.get_config(), "activation": "linear", "use_bias": True}
        # Its weights are set, and not every initializer and constraint can be made from a config.
        config.update(dict.fromkeys(("kernel_initializer", "bias_initializer"), "zeros"))
        config.update(dict.fromkeys(("kernel_constraint", "bias_constraint")))
        new = type(old).from_config(config)
        made = new(*args, **kwargs)
        kernel, *bias = old.get_weights()
        # The channels it makes are a kernel's last axis, and a transposed one's last but one.
        spread = scale[:, None] if isinstance(old, layers.Conv2DTranspose) else scale
        new.set_weights([kernel * spread, scale * (bias[0] if bias else 0.0) + shift])
        if not self.rectified:
            return made
        return _Bounded(shift, scale >= 0.0, dtype=old.dtype_policy)(made)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The calls of a network's layers: which made a tensor, and how often each is used."""

    made_by: dict[int, Any] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)
    uses: Counter[int] = field(default_factory=Counter)
    calls: Counter[int] = field(default_factory=Counter)
    norms: list[Any] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, network: keras.Model) -> _Seen:
        """Follow a network's graph. Raises ValueError where Keras knows none."""
        seen = cls()

        def record(layer: Any, *args: Any, **kwargs: Any) -> Any:
            made = layer(*args, **kwargs)
            given = [x for x in tree.flatten((args, kwargs)) if isinstance(x, keras.KerasTensor)]
            seen.uses.update(map(id, given))
            seen.calls[id(layer)] += 1
            seen.taken[id(layer)] = id(given[0]) if given else 0
            seen.made_by.update({id(tensor): layer for tensor in tree.flatten(made)})
            seen.kept.append(made)  # else another tensor might come by its identity
            if type(layer) is layers.BatchNormalization:
                seen.norms.append(layer)
            return made

        copy = keras.models.clone_model(
            network, clone_function=lambda layer: layer, call_function=record
        )
        seen.uses.update(map(id, copy.outputs))
        return seen

    def folds(self, kept: Collection[int]) -> dict[int, _Fold]:
        """What can be folded without the layers of these identities, by that of its convolution."""
        found = (self._fold(norm) for norm in self.norms)
        return {
            id(fold.convolution): fold
            for fold in found
            if fold and not any(id(layer) in kept for layer in (fold.convolution, *fold.gone))
        }

    def _fold(self, norm: Any) -> _Fold | None:
        if norm.axis not in (-1, 3) or getattr(norm, "renorm", False):
            return None
        gone, rectified, layer = [norm], False, self._before(norm)
        if _is_relu(layer):
            gone, rectified, layer = [layer, norm], True, self._before(layer)
        if type(layer) not in (layers.Conv2D, layers.Conv2DTranspose):
            return None
        if layer.data_format != "channels_last":
            return None
        if layer.activation is keras.activations.relu:
            rectified = True
        elif layer.activation is not keras.activations.linear:
            return None
        return _Fold(layer, gone, rectified)

    def _before(self, layer: Any) -> Any:
        """The layer whose output this one alone takes, where both are called once."""
        tensor = self.taken[id(layer)]
        before = self.made_by.get(tensor)
        alone = self.uses[tensor] == 1 and self.calls[id(layer)] == 1
        return before if alone and self.calls[id(before)] == 1 else None


class _Bounded(layers.Layer):  # type: ignore[misc]
    """Keeps a channel from falling below its bound, or from rising above it.

    Args:
        bound: `(C,)`.
        below: whether it is a lower bound, `(C,)`.
    """

    def __init__(self, bound: Numbers, below: npt.NDArray[np.bool_], **rest: Any) -> None:
        super().__init__(**rest)
        self._least = np.where(below, bound, -np.inf)
        self._most = np.where(below, np.inf, bound)

    def call(self, x: Any) -> Any:
        x = ops.maximum(x, ops.cast(self._least, x.dtype))
        if np.isfinite(self._most).any():
            x = ops.minimum(x, ops.cast(self._most, x.dtype))
        return x


def _is_relu(layer: Any) -> bool:
    if type(layer) is layers.Activation:
        return layer.activation is keras.activations.relu
    if type(layer) is not layers.ReLU:
        return False
    return layer.max_value is None and not layer.negative_slope and not layer.threshold


def _scale_and_shift(norm: Any) -> tuple[Numbers, Numbers]:
    mean, variance = (
        np.asarray(ops.convert_to_numpy(v.value), np.float64)
        for v in (norm.moving_mean, norm.moving_variance)
    )
    scale = 1.0 / np.sqrt(variance + norm.epsilon)
    if norm.scale:
        scale *= ops.convert_to_numpy(norm.gamma.value)
    shift = -mean * scale
    if norm.center:
        shift += ops.convert_to_numpy(norm.beta.value)
    return scale.astype(np.float32), shift.astype(np.float32)
