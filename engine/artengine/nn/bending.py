"""Bends within a step: what layers give out is changed before other layers take it."""

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
    """What is asked of a bend; see `artengine.bend.Bend`."""

    name: ClassVar[str]
    spatial: ClassVar[bool]
    layer: str
    channels: str
    amount: float


class Bending:
    """The bends of one network.

    They are done wherever in a step their layers are called, in the order in which they are given,
    and belong to what is traced; how much each does is an input of it. The model and its network
    know nothing of them.

    Args:
        model, network: what is stepped.
        bends: the bends. Their amounts are read at each step.
        seed: the film's seed, which decides channels that are chosen by chance.
        shares: how much of a bend is done, of each that has a mask, by its address, as
            `bend.scale.mask`: 0..1, float32, a number or `(H, W)` of the frames. They are read at
            each step.

    Raises:
        PresetError: when a layer does not exist or does not have what is bent.
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
        """How much each bend does now, and where: inputs of a step, by names that no parameter
        has."""
        amounts = {name: np.float32(bend.amount) for name, bend in self._bends.items()}
        return {**amounts, **self._shares}

    @contextmanager
    def within(self, values: Mapping[str, Any], seed: Any) -> Iterator[None]:
        """Bend what is traced meanwhile.

        Args:
            values: inputs of the step, those of the bends among them.
            seed: the step's, int32 `(2,)`.
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
    """A bend and what it is done to.

    Args:
        name: of its amount.
        mask: the address of its mask.
        bend: the bend.
        slot: names it; each slot has random numbers of its own.
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
        """Choose the channels. Raises ValueError."""
        rng = np.random.Generator(np.random.SFC64([seed & 0xFFFFFFFF, crc32(slot.encode())]))
        try:
            channels = chosen(bend.channels, output.shape[-1], rng)
        except ValueError as error:
            raise ValueError(f"channels: {error}, those of the layer {output.name}") from error
        return cls(name, mask, bend, slot, channels)

    def bent(self, made: Any, amount: Any, share: Any, seed: Any, call: int) -> Any:
        """What a layer gives out, bent.

        Args:
            made: `(B, ..., C)`.
            amount: a scalar.
            share: 0..1, a scalar or `(H, W, 1)`: how much of it is done; None for all.
            seed: the step's.
            call: how often the layer has been called in this step.
        """
        own = crc32(f"{self.slot}/{call}".encode()) & 0x7FFFFFFF
        given = BendCall(
            amount=ops.cast(amount, "float32"),
            seed=ops.bitwise_xor(seed, np.array([own, 0], np.int32)),
            order=self._reversed(),
            angle=float(getattr(self.bend, "angle", 0.0)),
        )
        # Means and sums over a frame need more digits than 16 bits have.
        x = ops.cast(made, "float32")
        bent = OPERATIONS[self.bend.name](x, given)
        if not self.channels.all():
            bent = ops.where(self.channels, bent, x)
        if share is not None:
            # Exactly what was there at 0, and the bend at 1.
            bent = share * bent + (1.0 - share) * x
        return ops.cast(bent, made.dtype)

    def _reversed(self) -> npt.NDArray[np.int64]:
        """All channels, the chosen ones among them in reverse."""
        order = np.arange(len(self.channels))
        (places,) = np.nonzero(self.channels)
        order[places] = places[::-1]
        return order


def _checked(
    bend: BendModel, outputs: Mapping[str, LayerOutput], model: StepModel, *, masked: bool
) -> LayerOutput:
    """What the layer of a bend gives out. Raises ValueError."""
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
