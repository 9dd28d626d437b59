"""The parameters that may change during a dream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artengine.binding import Binding
from artengine.chain import Chain, changed
from artengine.curves import Curve
from artengine.curves.driven import CurveSet
from artengine.curves.named import in_order
from artengine.curves.tables import CurveTables
from artengine.dream.changes import Change
from artengine.dream.level import Level
from artengine.dream.state import StateChain
from artengine.errors import UsageError, did_you_mean
from artengine.params import Problem, TableError, automatable, plainly
from artengine.preset import Preset
from artengine.preset.address import Address, parse_address, to_names, to_numbers, write_address
from artengine.preset.named_curves import named_curve
from artengine.settings import DreamSettings

CHANGEABLE = (
    "feedback.NAME.PARAMETER, state.NAME.PARAMETER, output.NAME.PARAMETER, bend.NAME.amount, "
    "model.weights.at, curves.NAME, the model's automatable parameters, dream.truth_frames and "
    "dream.detail"
)


class Controls:
    """The parameters that may change during a dream: those of effects, named curves, and the
    automatable numbers of the model, its bends, its weight blend and the `[dream]` table.

    Args:
        preset: the preset.
        model: the model that the network steps with.
        chains: the chains at the film's size, by the name of their table.
        numbers: the curves of the `[dream]` table.
        inside: the bends and the weight blend, by address.
        uses_truth: whether the source is read throughout.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        model: Binding,
        chains: Mapping[str, Chain | StateChain],
        numbers: CurveSet,
        inside: Mapping[str, Binding],
        uses_truth: bool,
    ) -> None:
        self._preset = preset
        self._model = model
        self._chains = chains
        self._numbers = numbers
        self._inside = inside
        self._uses_truth = uses_truth
        self._lists = {
            name: [binding.plugin.name for binding in chain.binding]
            for name, chain in chains.items()
        }
        self._lists["bend"] = [binding.plugin.name for binding in preset.bend]

    def check(self, written: str, value: Any) -> str:
        """Validate a change.

        Returns:
            The address, with the names of effects in place of their indices.

        Raises:
            UsageError: when there is no such parameter, it cannot change during a dream, or the
                value is not allowed.
        """
        try:
            address = to_numbers(parse_address(written), self._lists)
        except ValueError as error:
            raise UsageError(f"{written}: {error}") from error
        named = write_address(to_names(address, self._lists))
        try:
            self._check(address, value)
        except ValueError as error:
            raise UsageError(f"{named.rpartition('.')[0]}.{error}") from error
        return named

    def _check(self, address: Address, value: Any) -> None:
        match address:
            case (("feedback" | "state" | "output") as table, int(number), str(name)):
                other = changed(self._chains[table].binding[number], name, value)
                if other.filled.uses_truth and not self._uses_truth:
                    message = (
                        "it looks at the source, which nothing else in this preset does, so it is "
                        "not read; begin with Dream(preset, truth=True)"
                    )
                    raise TableError([Problem((name,), message)])
            case ("model", str(name)):
                self._check_model(name, value)
            case ("bend", int(), "amount" as name):
                self._within(address).changed(name, value)
            case ("model", "weights", "at" as name) if self._preset.blend:
                self._within(address).changed(name, value)
            case ("curves", str(name)):
                in_order({**self._preset.curves, name: self._named_curve(name, value)})
            case ("dream", str(name)) if name in automatable(DreamSettings):
                self._dream_number(name, value)
            case _:
                raise UsageError(
                    f"{write_address(address)} cannot change while the dream plays; what can: "
                    f"{CHANGEABLE}"
                )

    def _within(self, address: Address) -> Binding:
        """The bend or weight blend that has the parameter at an address."""
        return self._inside[write_address(to_names(address[:-1], self._lists))]

    def _check_model(self, name: str, value: Any) -> None:
        names = sorted(self._model.plugin.automatable())
        if name not in names:
            raise UsageError(
                f"model.{name} cannot change while the dream plays{did_you_mean(name, names)}; of "
                f'"{self._model.plugin.name}" these can: {", ".join(names) or "none"}'
            )
        self._model.changed(name, value)

    def _named_curve(self, name: str, value: Any) -> Curve:
        if name not in self._preset.curves:
            known = list(self._preset.curves)
            raise UsageError(
                f"curves.{name} cannot change while the dream plays{did_you_mean(name, known)}; "
                f"the preset's curves are: {', '.join(known) or 'none'}"
            )
        found: list[Problem] = []
        reading = CurveTables(self._preset.catalog.curves, self._preset.names, {}, found)
        curve = named_curve(value, name, reading)
        if curve is None:
            raise TableError(found)
        return curve

    def _dream_number(self, name: str, value: Any) -> tuple[int | float, Curve | None]:
        """A number of the `[dream]` table, and its curve if it has one."""
        curves: dict[str, Curve] = {}
        problems: list[Problem] = []
        reading = CurveTables(self._preset.catalog.curves, self._preset.names, curves, problems)
        settings = reading.bound(DreamSettings, {name}, {name: value})
        if problems or settings is None:
            raise TableError(problems)
        if name == "truth_frames":
            self._check_truth_frames(settings.truth_frames, curves.get(name))
        number: int | float = getattr(settings, name)
        return number, curves.get(name)

    def _check_truth_frames(self, given: int, curve: Curve | None) -> None:
        most = self._preset.model.context
        reached = max([given, *(curve.values() if curve else ())])
        if reached > most:
            raise UsageError(
                f"dream.truth_frames: {plainly(reached)} given; allowed: a whole number from 0 to "
                f"{most}, the frames that the model sees"
            )
        if (given or curve) and not self._uses_truth:
            raise UsageError(
                "dream.truth_frames: nothing in this preset looks at the source, so it is not "
                "read; begin with dream.truth_frames = 1, or with Dream(preset, truth=True)"
            )

    def apply(self, change: Change, levels: Sequence[Level]) -> None:
        """Apply a validated change at every size. Raises `UsageError`."""
        address = to_numbers(parse_address(change.address), self._lists)
        try:
            match address:
                case ("model", str(name)):
                    self._model.set(name, change.value)
                case ("bend", int(), str(name)) | ("model", "weights", str(name)):
                    self._within(address).set(name, change.value)
                case ("curves", str(name)):
                    named = self._named_curve(name, change.value)
                    # All levels share one steering.
                    for level in levels[:1]:
                        level.loop.steering.signals.adopt(name, named)
                case ("dream", str(name)):
                    number, curve = self._dream_number(name, change.value)
                    self._numbers.adopt(name, curve)
                    for level in levels:
                        level.set_setting(name, number)
                case ("output", int(number), str(name)):
                    self._chains["output"].set(number, name, change.value)
                case ("feedback", int(number), str(name)):
                    for level in levels:
                        level.loop.feedback.set(number, name, change.value)
                case ("state", int(number), str(name)):
                    for level in levels:
                        level.loop.state_chain.set(number, name, change.value)
        except ValueError as error:
            raise UsageError(f"{change.address.rpartition('.')[0]}.{error}") from error
