"""Parameters: checks, explanations, clamping and automation from one declaration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field, field_validator

from artengine.binding import Binding
from artengine.curves import Clock, CurveError
from artengine.effect import Effect, FrameContext
from artengine.frame import Frame
from artengine.params import (
    Param,
    Plugin,
    Problem,
    TableError,
    allowed,
    check,
    clamp,
    is_path,
    plainly,
)
from artengine.settings import DreamSettings
from artengine.source import Source
from artengine_plugins.curves.keyframes import Keyframes

KINDS = MappingProxyType({"keys": Keyframes})


class Mist(Effect):
    """A test's effect with a parameter of every kind."""

    name: ClassVar[str] = "mist"
    amount: float = Param(0.1, ge=0, le=1)
    """How thick."""
    sigma: float = Param(1.0, gt=0)
    """How wide."""
    steps: int = Param(4, ge=1, le=9)
    """How many."""
    open_steps: int = Param(4, gt=1, lt=9)
    """How many, between."""
    free: float = 0.0
    """Anything."""
    mode: Literal["gaussian", "salt"] = "gaussian"
    """Which."""
    colours: tuple[str, ...] = Param(("a",), min_length=1, max_length=3)
    """Which colours."""
    centre: tuple[float, float] = (0.5, 0.5)
    """Where."""
    either: str | list[float] = "x"
    """Text or numbers."""
    factor: int = Param(2, ge=1, le=8, automatable=False)
    """Fixed."""
    flag: bool = False
    """On or off."""
    picture: str = Param("", path=True)
    """A picture."""
    tag: str = Param("ab", pattern="^[a-z]+$", min_length=2)
    """A word."""

    @field_validator("free")
    @classmethod
    def _not_thirteen(cls, value: float) -> float:
        if value == 14:
            raise ZeroDivisionError("fourteen")
        if value == 13:
            raise ValueError("13 brings bad luck; take another")
        return value

    _seen: int = 0

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        self._seen += 1
        return frame


class Sized(Effect):
    """A test's effect with units and a size."""

    name: ClassVar[str] = "sized"
    wait: Annotated[float, Field(ge=0, le=9)] | Literal["never"] = Param(1.0, unit="seconds")
    """How long."""
    reach: int = Param(1, ge=1, unit="pixels", automatable=True)
    """How far."""
    drop: float = Param(0.0, ge=0, le=100, unit="percent of the height")
    """How low."""
    size: tuple[Annotated[int, Field(ge=1, le=99)], Annotated[int, Field(ge=1, le=99)]] = (8, 8)
    """How large."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame


class Needs(Effect):
    """A test's effect with a required parameter."""

    name: ClassVar[str] = "needs"
    level: float = Param(ge=1)
    """How much."""

    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame


def problems(table: Mapping[str, Any], kind: type[Plugin] = Mist) -> list[str]:
    with pytest.raises(TableError) as caught:
        Binding.parse(kind, table, KINDS)
    assert str(caught.value) == "; ".join(map(str, caught.value.problems))
    return [str(problem) for problem in caught.value.problems]


WHOLE = "a whole number from 1 to 99"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"wait": "1:30"}, '"1:30" given; allowed: a number of seconds from 0 to 9 or "never"'),
        ({"reach": 0}, "0 given; allowed: a whole number of pixels at least 1"),
        ({"reach": {"keys": {"0s": 0}}}, "the curve reaches 0; allowed: a whole number of pixels"),
        ({"drop": -1}, "-1 given; allowed: a percentage of the height from 0 to 100"),
        (
            {"size": 64},
            f"64 given (did you mean [64, 64]?); allowed: [{WHOLE}, {WHOLE}], such as [",
        ),
        ({"size": "9x8"}, '"9x8" given (did you mean [9, 8]?); allowed: ['),
        ({"size": 0}, f"0 given; allowed: [{WHOLE}, {WHOLE}], such as [640, 360]"),
    ],
)
def test_messages_have_units_and_an_example_of_a_size(table: dict[str, Any], message: str) -> None:
    (problem,) = problems(table, Sized)
    assert problem.partition(": ")[2].startswith(message)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"amount": 3.0}, "amount: 3.0 given; allowed: a number from 0 to 1"),
        ({"amount": "0.5"}, 'amount: "0.5" given; allowed: a number from 0 to 1'),
        ({"amount": True}, "amount: true given; allowed: a number from 0 to 1"),
        ({"amount": math.nan}, "amount: nan given; allowed: a number from 0 to 1"),
        ({"free": math.inf}, "free: inf given; allowed: a number"),
        ({"free": 13}, "free: 13 brings bad luck; take another"),
        ({"sigma": 0}, "sigma: 0 given; allowed: a number above 0"),
        ({"steps": 2.0}, "steps: 2.0 given; allowed: a whole number from 1 to 9"),
        ({"steps": True}, "steps: true given; allowed: a whole number from 1 to 9"),
        ({"open_steps": 9}, "open_steps: 9 given; allowed: a whole number above 1 and below 9"),
        ({"flag": 1}, "flag: 1 given; allowed: true or false"),
        (
            {"mode": "gausian"},
            'mode: "gausian" given (did you mean "gaussian"?); allowed: "gaussian", "salt"',
        ),
        ({"colours": []}, "colours: [] given; allowed: a list of 1 to 3, each a text"),
        ({"colours": "ab"}, 'colours: "ab" given; allowed: a list of 1 to 3, each a text'),
        ({"colours": ["a", 2]}, "colours[1]: 2 given; allowed: a list of 1 to 3, each a text"),
        ({"centre": [0.5]}, "centre: [0.5] given; allowed: [a number, a number]"),
        ({"either": 3}, "either: 3 given; allowed: a text or a list, each a number"),
        (
            {"tag": "A"},
            'tag: "A" given; allowed: a text of at least 2 characters matching ^[a-z]+$',
        ),
        (
            {"factor": {"keys": {"0s": 1}}},
            "factor: a curve given; allowed: a whole number from 1 to 8, the same throughout",
        ),
        (
            {"amount": {"keys": {"0s": 0, "1s": 1.5}}},
            "amount: the curve reaches 1.5; allowed: a number from 0 to 1",
        ),
        (
            {"steps": {"keys": {"0s": 1.5}}},
            "steps: the curve reaches 1.5; allowed: a whole number from 1 to 9",
        ),
        (
            {"sigma": {"keys": {"0s": 0}}},
            "sigma: the curve reaches 0; allowed: a number above 0",
        ),
        (
            {"amount": {"keys": {"x": 0}}},
            'amount.keys: "x" is not a time; write "4s", "96f", "50%", or "4b" and "2bar" for '
            "beats and bars",
        ),
    ],
)
def test_a_mistake_names_its_address_the_value_and_the_allowed_values(
    table: dict[str, Any], message: str
) -> None:
    assert problems(table) == [message]


def test_a_failing_validator_of_a_plugin_is_a_one_line_mistake() -> None:
    (message,) = problems({"free": 14})
    assert message.startswith("it cannot be checked: ZeroDivisionError: fourteen (test_params.py, ")


def test_unknown_parameters_are_reported_with_the_nearest_and_all_names() -> None:
    (message,) = problems({"amont": 1})
    assert message.startswith('amont: unknown (did you mean "amount"?); allowed: amount, sigma, ')


def test_all_mistakes_are_reported_at_once() -> None:
    result = problems({"amount": 3, "steps": {"keys": {"0s": 0}}, "flag": 1, "x": 2})
    assert [line.partition(":")[0] for line in result] == ["amount", "steps", "flag", "x"]


def test_a_missing_parameter_is_reported_with_its_allowed_values() -> None:
    assert problems({}, Needs) == ["level: missing; it must be a number at least 1"]
    assert problems({"level": {"keys": {}}}, Needs) == [
        'level.keys: it must be a table of times and numbers, as { "0s" = 0, "4s" = 1 }'
    ]


def test_long_values_are_truncated() -> None:
    (message,) = problems({"flag": "a" * 1000})
    assert len(message) < 120


def test_integers_are_accepted_as_floats() -> None:
    assert Binding.parse(Mist, {"amount": 1}).plugin.model_dump()["amount"] == 1.0


def test_lists_become_tuples() -> None:
    parsed = Binding.parse(Mist, {"centre": [0, 1], "colours": ["a", "b"]}).plugin
    assert isinstance(parsed, Mist)
    assert (parsed.centre, parsed.colours) == ((0.0, 1.0), ("a", "b"))


def test_curves_drive_parameters_inside_their_bounds() -> None:
    table = {
        "amount": {"keys": {"0f": 0, "10f": 1}},
        "steps": {"keys": {"0f": 1, "10f": 9}},
        "sigma": 2.0,
    }
    binding = Binding.parse(Mist, table, KINDS)
    effect = binding.plugin
    assert isinstance(effect, Mist)
    assert (effect.amount, effect.steps, effect.sigma) == (0.0, 1, 2.0)
    binding.set_time(Clock(4, 10.0, 11))
    assert (effect.amount, effect.steps) == (0.4, 4)
    assert type(effect.steps) is int
    binding.set_time(Clock(50, 10.0, 11))
    assert (effect.amount, effect.steps) == (1.0, 9)


def test_sources_take_no_curves_and_effects_take_them_by_default() -> None:
    class Tape(Source):
        speed: float = 1.0

        def open(self, size: Any = None, fps: Any = None) -> Any:
            raise NotImplementedError

    assert Tape.automatable() == frozenset()
    assert Mist.automatable() == {"amount", "sigma", "steps", "open_steps", "free"}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("amount", -0.5, 0.0),
        ("amount", 1.5, 1.0),
        ("amount", math.inf, 1.0),
        ("sigma", -4.0, 1e-6),
        ("sigma", 3.0, 3.0),
        ("steps", 2.5, 2),
        ("steps", 3.5, 4),
        ("steps", math.inf, 9),
        ("steps", -1.0, 1),
        ("open_steps", 0.0, 2),
        ("open_steps", 9.4, 8),
        ("free", -1e9, -1e9),
    ],
)
def test_clamping_keeps_legal_values_and_moves_others_to_the_nearest_legal_one(
    name: str, value: float, kept: float
) -> None:
    info = Mist.model_fields[name]
    assert clamp(info, value) == kept
    assert check(Mist, {name: clamp(info, value)}) == Mist(**{name: kept})


@pytest.mark.parametrize(("name", "value"), [("amount", math.nan), ("free", math.inf)])
def test_a_value_that_is_not_finite_never_reaches_an_effect(name: str, value: float) -> None:
    effect = Mist()
    with pytest.raises(CurveError, match=f"{name} becomes (nan|inf); a curve must stay finite"):
        effect.set_values({name: value})
    assert effect == Mist()


def test_a_parameter_can_be_changed_and_driven_between_frames() -> None:
    binding = Binding.parse(Mist, {"amount": {"keys": {"0s": 0, "1s": 1}}}, KINDS)
    effect = binding.plugin
    assert isinstance(effect, Mist)
    binding.set("amount", 0.25)
    binding.set_time(Clock(10, 10.0))
    assert effect.amount == 0.25
    binding.set("sigma", {"keys": {"0s": 1, "1s": 3}})
    binding.set_time(Clock(5, 10.0))
    assert (effect.amount, effect.sigma) == (0.25, 2.0)
    binding.set("steps", np.int64(3))
    binding.set("sigma", np.float32(0.5))
    assert (effect.steps, effect.sigma) == (3, 0.5)
    with pytest.raises(TableError, match="amount: 7 given; allowed: a number from 0 to 1"):
        binding.set("amount", 7)
    with pytest.raises(TableError, match="amuont: unknown"):
        binding.set("amuont", 0.5)
    assert effect.amount == 0.25


def test_a_fresh_copy_has_the_parameters_and_none_of_the_state() -> None:
    binding = Binding.parse(Mist, {"amount": 0.5, "sigma": {"keys": {"0s": 1, "1s": 3}}}, KINDS)
    effect = binding.plugin
    assert isinstance(effect, Mist)
    effect._seen = 7
    binding.set("amount", 0.75)
    copy = binding.fresh()
    assert isinstance(copy.plugin, Mist)
    assert (copy.plugin.amount, copy.plugin._seen) == (0.75, 0)
    copy.set("sigma", 9.0)
    assert "sigma" in binding.curves


def test_assigned_values_have_the_declared_type() -> None:
    mist = Mist()
    mist.set_values({"amount": -3, "steps": 2.0})
    assert (type(mist.amount), type(mist.steps)) == (float, int)


def test_paths_are_distinguished_from_other_texts() -> None:
    fields = Mist.model_fields
    assert [name for name, info in fields.items() if is_path(info)] == ["picture"]


def test_an_address_is_printed_with_its_indices() -> None:
    problem = Problem(("size", 1), "wrong").inside("feedback", 2)
    assert str(problem) == "feedback[2].size[1]: wrong"
    assert str(Problem((), "wrong")) == "wrong"


def test_bounds_of_list_items_are_reported() -> None:
    result = check(DreamSettings, {"size": [0, "a"]})
    assert isinstance(result, list)
    sides = "[a whole number from 1 to 16384, a whole number from 1 to 16384]"
    assert [str(problem) for problem in result] == [
        f"size[0]: 0 given; allowed: {sides}",
        f'size[1]: "a" given; allowed: {sides}',
    ]
    assert allowed(DreamSettings.model_fields["fps"]) == "a number from 0.01 to 1000"


@pytest.mark.parametrize(
    ("number", "text"), [(1.0, "1"), (0.1, "0.1"), (4294967295, "4294967295"), (1e300, "1e+300")]
)
def test_numbers_are_printed_in_short_notation(number: float, text: str) -> None:
    assert plainly(number) == text
