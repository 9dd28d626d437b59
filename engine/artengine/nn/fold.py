"""Folding of batch normalisation into the preceding convolution."""

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
    """Fold batch normalisations into convolutions; return the network itself if there are none.

    A batch normalisation scales a channel by s and shifts it by t. After a convolution, both are
    multiplied into its weights. With a ReLU in between, s relu(z) + t = max(s z + t, t) for
    positive s, and min(s z + t, t) otherwise: scale and shift go into the weights, and the ReLU
    becomes a bound for each channel. Both are exact except for rounding, also at the frame's
    border. (A shift moved into the next convolution would not be, because of its zero padding.)
    Other normalisations stay, and so do those of a convolution whose output has other readers.

    Args:
        network: a functional Keras network; any other kind is returned unchanged.
        kept: layers that must not change.
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
    """A convolution and the layers after it that are folded into it.

    Args:
        gone: the layers that are removed; the last is the normalisation.
        rectified: whether one of them is a ReLU, or the convolution has one as its activation.
    """

    convolution: Any
    gone: list[Any]
    rectified: bool

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call the replacement of all these layers."""
        old, (scale, shift) = self.convolution, _scale_and_shift(self.gone[-1])
        config = {**old.get_config(), "activation": "linear", "use_bias": True}
        # The weights are set below, and not every initializer and constraint has a config.
        config.update(dict.fromkeys(("kernel_initializer", "bias_initializer"), "zeros"))
        config.update(dict.fromkeys(("kernel_constraint", "bias_constraint")))
        new = type(old).from_config(config)
        made = new(*args, **kwargs)
        kernel, *bias = old.get_weights()
        # Output channels are a kernel's last axis, or a transposed kernel's last but one.
        spread = scale[:, None] if isinstance(old, layers.Conv2DTranspose) else scale
        new.set_weights([kernel * spread, scale * (bias[0] if bias else 0.0) + shift])
        if not self.rectified:
            return made
        return _Bounded(shift, scale >= 0.0, dtype=old.dtype_policy)(made)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The calls of a network's layers: the producer of each tensor, and counts of uses."""

    made_by: dict[int, Any] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)
    uses: Counter[int] = field(default_factory=Counter)
    calls: Counter[int] = field(default_factory=Counter)
    norms: list[Any] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, network: keras.Model) -> _Seen:
        """Record a network's graph. Raise ValueError if it is not a functional network."""
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
        """Return all folds by the `id` of their convolution, without those of kept layers."""
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
        """Return the layer whose output only this one reads, if both are called once."""
        tensor = self.taken[id(layer)]
        before = self.made_by.get(tensor)
        alone = self.uses[tensor] == 1 and self.calls[id(layer)] == 1
        return before if alone and self.calls[id(before)] == 1 else None


class _Bounded(layers.Layer):  # type: ignore[misc]
    """Clips each channel at a lower or an upper bound.

    Args:
        bound: the bounds, `(C,)`.
        below: whether each is a lower bound, `(C,)`.
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
