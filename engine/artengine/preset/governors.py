"""The `[[govern]]` tables of a preset: numbers that are steered by vital signs of the dream."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from artengine.binding import Binding
from artengine.curves import Curve
from artengine.curves.governed import Governed
from artengine.errors import did_you_mean
from artengine.model import Model
from artengine.params import Problem, allowed_in_unit, automatable, clamp, plainly
from artengine.preset.address import CHAINS, Address, parse_address
from artengine.preset.effect_checks import check_size
from artengine.preset.govern_settings import GovernSettings
from artengine.preset.plugins import PluginTables
from artengine.settings import DreamSettings

WORD = "govern"
"""The name of the tables."""

MOST = 20
"""Maximum number of governors of a preset."""


@dataclass(frozen=True, slots=True)
class Governor:
    """A validated governor.

    Args:
        settings: its table; if `at` is a curve, with its first value.
        at: the curve of `at`, if it has one.
        steer: the steered address, with the names of effects.
        first: the preset's value there, clamped to `between`.
    """

    settings: GovernSettings
    at: Curve | None
    steer: str
    first: float


@dataclass(frozen=True, slots=True)
class Steerable:
    """The parts of a preset that governors may steer. Governors add their curves to them.

    Args:
        chains: the effects of each chain.
        model: the model, and its curves.
        dream: the `[dream]` table, and its curves.
        bend, blend: the bends, and the blend of weights.
    """

    chains: Mapping[str, Sequence[Binding]]
    model: tuple[Model, dict[str, Curve]]
    dream: tuple[DreamSettings, dict[str, Curve]]
    bend: Sequence[Binding] = ()
    blend: Binding | None = None

    def place(self, address: Address) -> _Place:
        """Return the number at an address, in which effects have indices.

        Raises:
            ValueError: when it does not exist or cannot be steered.
        """
        match address:
            case (str(word), int(number), str(name)) if word in CHAINS:
                binding = self.chains[word][number]
                names = binding.plugin.automatable()
                names |= binding.controls.automatable() if binding.controls else set()
                if name in binding.masks:
                    raise ValueError("it has a field; write a number there to begin with")
                place = _Place(binding.holder(name), name, binding.curves)
                return place.checked(names, f'of "{binding.plugin.name}"')
            case ("bend", int(number), str(name)):
                binding = self.bend[number]
                place = _Place(binding.plugin, name, binding.curves)
                return place.checked(binding.plugin.automatable(), f'of "{binding.plugin.name}"')
            case ("model", "weights", "at") if self.blend:
                return _Place(self.blend.plugin, "at", self.blend.curves).checked({"at"}, "")
            case ("model", str(name)):
                model, curves = self.model
                place = _Place(model, name, curves)
                return place.checked(model.automatable(), f'of the model "{model.name}"')
            case ("dream", str(name)):
                place = _Place(self.dream[0], name, self.dream[1])
                return place.checked(automatable(DreamSettings), "of [dream]")
            case ("curves", _):
                raise ValueError("a named curve is not steered; name the number that reads it")
        raise ValueError(
            "no number that can be steered; allowed: one of an effect, as feedback.noise.amount, "
            "of a bend, as bend.scale.amount, of the model, as model.pull, or of the dream, as "
            "dream.truth_frames"
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """A number: its owner, its name, and the curves of the owner."""

    holder: BaseModel
    name: str
    curves: dict[str, Curve]

    def checked(self, names: Collection[str], where: str) -> _Place:
        """Return itself; raise ValueError if it cannot be steered or has a curve."""
        if self.name not in names:
            known = type(self.holder).model_fields
            message = "takes no curve" if self.name in known else "does not exist"
            near = "" if self.name in known else did_you_mean(self.name, sorted(names))
            can = ", ".join(sorted(names)) or "none"
            raise ValueError(f"{self.name} {message}{near}; {where} these can be steered: {can}")
        other = self.curves.get(self.name)
        if other is not None and not isinstance(other, Governed):
            raise ValueError(
                "it has a curve of its own; write a number there to begin with, or remove this "
                "governor"
            )
        return self

    def outside(self, value: float) -> str:
        """Return why a value is not allowed; empty if it is."""
        info = type(self.holder).model_fields[self.name]
        if clamp(info, value) == value:
            return ""
        return f"{plainly(value)} given; allowed: {allowed_in_unit(info)}"


def govern_tables(plugins: PluginTables, steerable: Steerable) -> tuple[Governor, ...]:
    """Build the governors of a preset.

    Args:
        plugins: collects the mistakes.
        steerable: the numbers that they may steer; steered numbers get a curve.
    """
    tables = plugins.tables(WORD, "governor")
    if len(tables) > MOST:
        plugins.problem((WORD,), f"{len(tables)} governors given; allowed: {MOST}")
        return ()
    found: dict[Address, Governor] = {}
    for address, given in tables:
        settings, curves, problems = plugins.settings(GovernSettings, address, given)
        plugins.problems += [problem.inside(*address) for problem in problems]
        if settings is None or problems:
            continue
        governor = _governor(settings, curves.get("at"), address, plugins, steerable)
        if governor is not None:
            plugins.problems += _conflicts(governor, address, found)
            found[address] = governor
    return tuple(found.values())


def _governor(
    settings: GovernSettings,
    at: Curve | None,
    address: Address,
    plugins: PluginTables,
    steerable: Steerable,
) -> Governor | None:
    low, high = settings.between
    steer = (*address, "steer")
    try:
        numbered = plugins.numbered(parse_address(settings.steer))
        place = steerable.place(numbered)
    except ValueError as error:
        plugins.problem(steer, f"{settings.steer}: {error}")
        return None
    named = plugins.named(numbered)
    if isinstance(place.curves.get(place.name), Governed):
        return Governor(settings, at, named, low)
    for value in settings.between:
        message = place.outside(value)
        if message:
            plugins.problem((*address, "between"), f"{named}: {message}")
            return None
    if low == high:
        message = f"{plainly(low)} given twice; write two numbers that differ"
        plugins.problem((*address, "between"), message)
        return None
    if place.name == "on":
        word, number = str(numbered[0]), int(numbered[1])
        found = check_size(word, steerable.chains[word][number], switched=True)
        plugins.problems += [each.inside(*numbered[:2]) for each in found]
    given = float(getattr(place.holder, place.name))
    first = min(max(given, min(low, high)), max(low, high))
    place.curves[place.name] = Governed(
        steer=named, hold=settings.hold, low=low, high=high, first=first
    )
    return Governor(settings, at, named, first)


def _conflicts(
    governor: Governor, address: Address, others: Mapping[Address, Governor]
) -> Iterator[Problem]:
    """Yield mistakes if two governors steer one number, or hold one sign at different targets."""
    for (_, number), other in others.items():
        if other.steer == governor.steer:
            yield Problem(
                (*address, "steer"),
                f"{governor.steer} is steered by {WORD}.{number} already; remove one of them, or "
                "let it steer another number",
            )
        elif other.settings.hold == governor.settings.hold and _target(other) != _target(governor):
            yield Problem(
                (*address, "at"),
                f"{governor.settings.hold} is held at another value by {WORD}.{number} already; "
                "give both the same, or remove one of them",
            )


def _target(governor: Governor) -> float | Curve:
    return governor.at or governor.settings.at
