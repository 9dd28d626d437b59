"""Bends within a step, which change the outputs of layers before other layers read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol
from zlib import crc32

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from artengine.bend_channels import chosen
from artengine.entry_names import entry_names
from artengine.errors import PresetError, did_you_mean
from artengine.nn.bend_mask import over
from artengine.nn.bend_operations import OPERATIONS, BendCall
from artengine.nn.layers import Call, LayerOutput, calls_replaced, layer_outputs, named_layers
from artengine.nn.step_model import StepModel


class BendModel(Protocol):
    """The interface of a bend; see `artengine.bend.Bend`."""

    name: ClassVar[str]
    spatial: ClassVar[bool]
    layer: str
    channels: str
    amount: float


class Bending:
    """The bends of one network.

    They are applied at every call of their layers in a step, in the given order, and are part of
    the traced function; their amounts are inputs of it. The model and its network do not depend on
    them.

    Args:
        model, network: the model and its network.
        bends: the bends. Their amounts are read at each step.
        seed: the film's seed, which decides randomly chosen channels.
        shares: the mask of each bend that has one, by its address, such as `bend.scale.mask`:
            0..1, float32, a scalar or `(H, W)` at the size of the frames. They are read at each
            step.

    Raises:
        PresetError: when a layer does not exist, or its output does not suit the bend.
    """

    def __init__(
        self,
        model: StepModel,
        network: keras.Model,
        bends: Sequence[BendModel],
        seed: int,
        shares: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._shares = shares
        self._divisor = model.size_divisor
        self._bends = {f"bend.{number}": bend for number, bend in enumerate(bends)}
        outputs = {each.name: each for each in layer_outputs(model, network)}
        labels = entry_names([bend.name for bend in bends])
        found, problems = [], []
        met: Counter[str] = Counter()
        for (name, bend), label in zip(self._bends.items(), labels, strict=True):
            slot = f"bend/{bend.name}/{met[bend.name]}"
            met[bend.name] += 1
            try:
                mask = f"bend.{label}.mask"
                output = _checked(bend, outputs, model, masked=mask in shares)
                found.append(_Placed.of(name, mask, bend, output, slot, seed))
            except ValueError as error:
                problems.append(f"bend.{label}.{error}")
        if problems:
            raise PresetError(problems)
        self._by_layer: dict[str, list[_Placed]] = {}
        for placed in found:
            self._by_layer.setdefault(placed.bend.layer, []).append(placed)
        layers = named_layers(network)
        self._layers = {name: layers[name] for name in self._by_layer}

    @property
    def layers(self) -> list[keras.Layer]:
        """The layers that are bent."""
        return list(self._layers.values())

    def inputs(self) -> dict[str, Any]:
        """Return the bends' current amounts and masks as inputs of a step, under names that no
        parameter has."""
        amounts = {name: np.float32(bend.amount) for name, bend in self._bends.items()}
        return {**amounts, **self._shares}

    @contextmanager
    def within(self, values: Mapping[str, Any], seed: Any) -> Iterator[None]:
        """Bend the layers of a network in this context.

        Args:
            values: inputs of the step, including those of the bends.
            seed: the step's seed, int32 `(2,)`.
        """
        calls: Counter[str] = Counter()

        def bending(name: str, call: Call) -> Call:
            def bent(*args: Any, **kwargs: Any) -> Any:
                made = call(*args, **kwargs)
                calls[name] += 1
                for placed in self._by_layer[name]:
                    share = values.get(placed.mask)
                    if share is not None:
                        share = over(share, made.shape, self._divisor)
                    made = placed.bent(made, values[placed.name], share, seed, calls[name])
                return made

            return bent

        with calls_replaced(self._layers, bending):
            yield


@dataclass(frozen=True, slots=True)
class _Placed:
    """A bend and the channels that it applies to.

    Args:
        name: the name of its amount among the inputs.
        mask: the address of its mask.
        bend: the bend.
        slot: identifies it; each slot has its own random numbers.
        channels: which channels are bent, `(C,)`.
    """

    name: str
    mask: str
    bend: BendModel
    slot: str
    channels: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, name: str, mask: str, bend: BendModel, output: LayerOutput, slot: str, seed: int
    ) -> _Placed:
        """Choose the channels. Raise ValueError if the layer does not have them."""
        rng = np.random.Generator(np.random.SFC64([seed & 0xFFFFFFFF, crc32(slot.encode())]))
        try:
            channels = chosen(bend.channels, output.shape[-1], rng)
        except ValueError as error:
            raise ValueError(f"channels: {error}, those of the layer {output.name}") from error
        return cls(name, mask, bend, slot, channels)

    def bent(self, made: Any, amount: Any, share: Any, seed: Any, call: int) -> Any:
        """Bend the output of a layer.

        Args:
            made: the output, `(B, ..., C)`.
            amount: a scalar.
            share: the mask, 0..1, a scalar or `(H, W, 1)`; None for 1 everywhere.
            seed: the step's seed.
            call: how often the layer has been called in this step.
        """
        own = crc32(f"{self.slot}/{call}".encode()) & 0x7FFFFFFF
        given = BendCall(
            amount=ops.cast(amount, "float32"),
            seed=ops.bitwise_xor(seed, np.array([own, 0], np.int32)),
            order=self._reversed(),
            angle=float(getattr(self.bend, "angle", 0.0)),
        )
        # Means and sums over a frame need more precision than 16 bits.
        x = ops.cast(made, "float32")
        bent = OPERATIONS[self.bend.name](x, given)
        if not self.channels.all():
            bent = ops.where(self.channels, bent, x)
        if share is not None:
            # This form is exact at 0 and at 1.
            bent = share * bent + (1.0 - share) * x
        return ops.cast(bent, made.dtype)

    def _reversed(self) -> npt.NDArray[np.int64]:
        """Return the indices of all channels, with the chosen ones in reverse order."""
        order = np.arange(len(self.channels))
        (places,) = np.nonzero(self.channels)
        order[places] = places[::-1]
        return order


def _checked(
    bend: BendModel, outputs: Mapping[str, LayerOutput], model: StepModel, *, masked: bool
) -> LayerOutput:
    """Return the output of a bend's layer. Raise ValueError if it does not suit the bend."""
    output = outputs.get(bend.layer)
    if output is None:
        name = getattr(type(model), "name", type(model).__name__)
        near = did_you_mean(bend.layer, list(outputs))
        raise ValueError(
            f'layer: the network "{name}" has no layer "{bend.layer}"{near}; for its layers see: '
            f"artengine models show {name}"
        )
    if not output.shape:
        raise ValueError(f'layer: "{bend.layer}" gives out more than one picture; bend another one')
    shape = "x".join(map(str, output.shape))
    flat = f'the layer "{bend.layer}" gives out numbers of shape {shape}, without height and width'
    if bend.spatial and not output.spatial:
        raise ValueError(
            f"operation: {bend.name} moves features from place to place, and {flat}; bend another "
            "layer, or take scale, noise, threshold, invert or swap"
        )
    if masked and not output.spatial:
        raise ValueError(f"mask: {flat}; bend another layer, or leave the mask out")
    return output
