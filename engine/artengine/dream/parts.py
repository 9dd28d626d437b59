"""The parts of a dream: network, source, and a loop for every size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from artengine.binding import Binding
from artengine.chain import Chain
from artengine.curves.driven import CurveSet
from artengine.digest import digest_of
from artengine.dream.bend_masks import BendMasks, BentPlaces
from artengine.dream.level import Level
from artengine.dream.loop import DreamLoop, Predict
from artengine.dream.reading import Reading, readings_of
from artengine.dream.refine import smaller
from artengine.dream.stages import Stages
from artengine.dream.start import first_frame, warmup_of
from artengine.dream.state import StateChain
from artengine.dream.steering import Steering, steering_of
from artengine.dream.vital_signs import clip_signs
from artengine.errors import PresetError
from artengine.frame import Size
from artengine.plain_network import fixed_table, plain_network
from artengine.provider import code_of
from artengine.resolve import Resolved
from artengine.source import Footage
from artengine.weights import Weights, build_network, check_made_for

if TYPE_CHECKING:
    import keras

    from artengine.nn.bending import Bending
    from artengine.nn.precision import Precision
    from artengine.nn.weight_blend import WeightBlending
    from artengine.preset.weight_tables import WeightBlend
    from artengine.runtime_names import RuntimeName


class Parts:
    """The parts of a dream. Source and network are opened when they are first needed.

    Args:
        resolved: the resolved preset.
        network: a network in place of the preset's own.
        before: the parts of a dream that has ended; its network is reused if it is the same.
    """

    def __init__(
        self, resolved: Resolved, *, network: Predict | None, before: Parts | None = None
    ) -> None:
        self._resolved = resolved
        self._preset = resolved.preset
        self._given = network
        # Copied, because its automatable parameters change during the dream.
        self._stepped = self._preset.model.model_copy()
        self._inside = {name: each.fresh() for name, each in self._preset.inside().items()}
        self._shares = dict.fromkeys(self._places.masks, np.ones((), np.float32))
        if before is not None:
            self._adopt(before)

    def _adopt(self, before: Parts) -> None:
        """Take over the network of an earlier dream if it is loaded and the same."""
        loaded = self._given is None and before._given is None and "network" in vars(before)
        if loaded and network_key(self._resolved) == network_key(before._resolved):
            self._stepped, self._inside = before._stepped, before._inside
            self._shares, self._places = before._shares, before._places
            self.network = before.network

    def model(self) -> Binding:
        """Return the model that the network steps with, with the preset's parameters."""
        for name in self._stepped.automatable():
            setattr(self._stepped, name, getattr(self._preset.model, name))
        kinds = self._preset.catalog.curves
        curves = dict(self._preset.model_curves)
        return Binding(self._stepped, curves, kinds=kinds, names=self._preset.names)

    def inside(self) -> dict[str, Binding]:
        """Return the bends and the weight blend, by address, with the preset's parameters."""
        found = {}
        for address, given in self._preset.inside().items():
            # A network that exists already keeps reading the same plugin object.
            plugin = self._inside[address].plugin
            for name in plugin.automatable():
                setattr(plugin, name, getattr(given.plugin, name))
            # Without masks, which each size of the dream computes for itself.
            kinds = self._preset.catalog.curves
            found[address] = Binding(
                plugin, dict(given.curves), kinds=kinds, names=self._preset.names
            )
        return found

    def steering(
        self,
        model: Binding,
        numbers: CurveSet,
        inside: Mapping[str, Binding],
        frames: int | None,
    ) -> Steering:
        """Return the curves that belong to no effect.

        Args:
            model: the model that the network steps with.
            numbers: the curves of the `[dream]` table.
            inside: the bends and the weight blend, by address.
            frames: length of the film, or None for an endless one.
        """
        source, size = self._preset.source, self.footage.size
        return steering_of(
            self._preset,
            model,
            numbers,
            inside,
            fps=self.footage.fps,
            frames=frames,
            clip=lambda: clip_signs(source, size),
        )

    @cached_property
    def footage(self) -> Footage:
        """The opened source, at the film's size and frame rate."""
        weights = self._resolved.weights
        train_size = None if weights is None else weights.train_size
        return self._open(self._preset.dream.size_of(train_size))

    def _open(self, size: Size | None) -> Footage:
        return self._preset.source.open(size, self._preset.dream.fps)

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Width and height of every dream, starting with the film's."""
        size, refine = self.footage.size, self._preset.dream.refine
        return (size,) if refine <= 1 else (size, smaller(size, refine))

    @property
    def source_time(self) -> float | None:
        """Time in the source's file of the source frame at the film's first frame, in seconds."""
        return self.footage.time_of(first_frame(self._preset, self.footage))

    @cached_property
    def network(self) -> Predict:
        """The network, ready to step."""
        if self._given is not None:
            return self._given
        settings = self._preset.dream
        # Weights are always resolved if no network was given.
        weights = cast("Weights", self._resolved.weights)
        if not self._inside:
            return plain_network(self._preset, weights, self._stepped, self.sizes)
        from artengine.nn.predictor import Predictor
        from artengine.nn.runtimes import build_dtype, runtime_for

        precision = cast("Precision", settings.precision)
        runtime_name = cast("RuntimeName", settings.runtime)
        network = build_network(self._preset, weights, build_dtype(runtime_name, precision))
        bends, blending = self._bends(network), self._blending(network)
        runtime = runtime_for(
            runtime_name,
            self._stepped,
            network,
            precision,
            bends=bends,
            fixed=blending is None,
        )
        return Predictor(
            self._stepped,
            network,
            tile=settings.tile,
            runtime=runtime,
            bends=bends,
            weights=blending,
        )

    def _blending(self, network: keras.Model) -> WeightBlending | None:
        blended = self._resolved.blended
        given = self._inside.get("model.weights")
        if given is None:
            return None
        from artengine.nn.weight_blend import WeightBlending

        for each in blended[1:]:
            check_made_for(self._preset, each)
        paths = [each.path for each in blended]
        return WeightBlending(network, paths, cast("WeightBlend", given.plugin))

    def _bends(self, network: keras.Model) -> Bending | None:
        if not self._preset.bend:
            return None
        from artengine.bend import Bend
        from artengine.nn.bending import Bending

        given = [each.plugin for each in self._inside.values() if isinstance(each.plugin, Bend)]
        try:
            return Bending(self._stepped, network, given, self._preset.seed, self._shares)
        except PresetError as error:
            label = self._preset.document.written(("bend",)).label
            raise PresetError([f"{label}: {said}" for said in error.problems]) from error

    @cached_property
    def _places(self) -> BentPlaces:
        """The masks of the network's bends; a given network has none."""
        if self._given is not None:
            return BentPlaces()
        return BentPlaces.of(self._inside, self._preset.catalog.film_of)

    @property
    def uses_truth(self) -> bool:
        """Whether a mask of a bend reads the source."""
        return self._places.uses_truth

    @property
    def _described(self) -> str:
        """Description of the network in messages."""
        words = f'the network "{self._stepped.name}"'
        weights, settings = self._resolved.weights, self._preset.dream
        if weights is None:
            return words
        return f"{words} ({weights.path}, {settings.runtime} in {settings.precision})"

    def readings(self, frames: int | None, looks: bool, stages: Stages) -> list[Reading]:
        """Return the source at every size of the dream, the film's first; see `readings_of`."""
        footages = [self.footage, *(self._open(size) for size in self.sizes[1:])]
        return readings_of(self._preset, footages, frames, stages, uses_truth=looks)

    def levels(
        self,
        readings: Sequence[Reading],
        steering: Steering,
        feedback: Chain,
        state_chain: StateChain,
    ) -> list[Level]:
        """Return the dream at the film's size and, with `dream.refine`, the smaller dream.

        Both share the steering, including the model. The smaller one has its own effects and
        network state.

        Args:
            readings: the started result of `readings`.
            steering: the curves that belong to no effect, and the model that they drive.
            feedback, state_chain: the effects at the film's size.
        """
        preset = self._preset
        parts = [(readings[0], self.network, feedback, state_chain)]
        for reading in readings[1:]:
            chains = preset.feedback_chain(), StateChain(preset.state, preset.seed)
            parts.append((reading, copy(self.network), *chains))
        return [
            Level(
                DreamLoop(
                    network=network,
                    described=self._described,
                    steering=steering,
                    bend_masks=BendMasks(self._places, steering.scope, self._shares),
                    context=preset.model.context,
                    warmup=warmup_of(preset),
                    feedback=effects,
                    state_chain=state_effects,
                    settings=preset.dream,
                    fps=reading.footage.fps,
                    seed=preset.seed,
                    frames=reading.frames,
                    stages=reading.stages,
                ),
                reading,
            )
            for reading, network, effects, state_effects in parts
        ]


def network_key(resolved: Resolved) -> tuple[object, ...]:
    """Return a key of a dream's network: dreams with the same key can share a network in turn.

    Numbers that are read at each step are not part of it.
    """
    preset, inside = resolved.preset, []
    for address, each in preset.inside().items():
        plugin = each.plugin
        fixed = plugin.model_dump(exclude=set(plugin.automatable()))
        inside.append((address, type(plugin), fixed, dict(each.masks)))
    files = {address: path for address, path in preset.files.items() if address[:5] == "bend."}
    model = type(preset.model)
    code = code_of(model)
    return (
        # Reloading a plugin creates new classes, which are equivalent unless its code was edited.
        (model.__module__, model.__qualname__, code) if all(code) else model,
        fixed_table(preset.model),
        resolved.weights_digest,
        (preset.dream.runtime, preset.dream.precision, preset.dream.tile),
        inside,
        {address: digest_of(Path(path)) for address, path in files.items()},
        # The seed selects the channels of random bends.
        preset.seed if preset.bend else None,
    )
